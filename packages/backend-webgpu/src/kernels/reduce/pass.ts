import type { Binding, Shader } from '../../shader/shader.ts';
import { elementwise, storage } from '../../shader/shader.ts';
import { prelude } from '../../wgsl/functions.ts';
import { locate } from '../../wgsl/layout.ts';
import type { Plan } from './plan.ts';
import type { Reduction, ReductionText } from './reduction.ts';
import { roundingText } from './rounding.ts';
import { keepText, keptText, stateText, togetherText } from './state.ts';

/** Steps that are collected at a time where rounding errors count. */
const BLOCK = 16;

/** Where a pass finds its parameters. */
export interface PassPlaces {
  readonly rows: number;
  readonly length: number;
  readonly chunk: number;
  readonly splits: number;
  /** Steps between rows and between parts of a row where states are kept. */
  readonly steps: number;
  readonly offsets: number;
  readonly kept: { readonly rank: number; readonly shape: number; readonly walk: number };
  readonly reduced: { readonly rank: number; readonly shape: number; readonly walk: number };
  readonly words: number;
  readonly size: number;
}

/** A pass: from elements or from the states of parts, to states of parts or to results. */
export interface Pass {
  readonly reduction: Reduction;
  readonly plan: Plan;
  readonly fromParts: boolean;
  readonly toParts: boolean;
  readonly subgroups: boolean;
}

const p = (place: number): string => `param(${place}u)`;
const lanes = ({ plan }: Pass): number[] => Array.from({ length: plan.width }, (_, i) => i);

/** The pass as a kernel. */
export function passShader(pass: Pass, places: PassPlaces): Shader {
  const { reduction, plan, fromParts, toParts, subgroups } = pass;
  const { fields, outputs, extras = [], functions = [], known, rounded = false, checked = false } = reduction;
  const text = reduction.text((i) => p(places.words + i));
  const vector = plan.width === 4;
  const inputs = reduction.inputs.map((type) => (vector ? (`vec4<${type}>` as const) : type));
  const bindings: Binding[] = storage(
    fromParts ? ['u32'] : [...inputs, ...extras],
    toParts ? ['u32'] : outputs,
  );
  const reports = checked && !toParts;
  const shared = plan.threads > 0;
  const code = [
    prelude(functions),
    rounded ? roundingText(places.kept.walk) : '',
    stateText(fields),
    `fn join(a: State, b: State) -> State { ${text.join} }`,
    shared ? togetherText(fields, plan.threads, subgroups) : '',
    fromParts ? keptText(fields, 'in0') : takeText(reduction, text),
    !fromParts && known ? `fn known(at: i32) -> ${known.type} { ${text.known} }` : '',
    toParts ? keepText(fields, 'out') : `fn store(row: i32, s: State) { ${text.store} }`,
    locate('rowAt', places.kept),
    locate('memberAt', places.reduced),
    places.reduced.rank > 1 ? locate('runAt', { ...places.reduced, rank: places.reduced.rank - 1 }) : '',
    reports ? wholeText(pass, places, text) : '',
    shared ? groupText(pass, places, text) : aloneText(pass, places, text),
  ].join('\n');
  const shader = {
    name: `${reduction.key} ${fromParts ? 'of parts' : ''}`,
    bindings,
    paramWords: places.size + (reports ? 1 : 0),
    checked: reports,
    code,
  };
  return shared ? { ...shader, threads: plan.threads, subgroups } : elementwise(shader);
}

function takeText({ inputs, known }: Reduction, { take }: ReductionText): string {
  const values = inputs.map((type, i) => `v${i}: ${type}, `).join('');
  return `fn take(s: State, ${values}position: i32${known ? `, known: ${known.type}` : ''}) -> State { ${take} }`;
}

/** The text that adds what stands at `at`, position `r`, to the states `s0`, …; with `most`, only positions below it. */
function stepText({ reduction, plan, fromParts }: Pass, s: string, most?: string): string {
  if (fromParts) return `${s}0 = join(${s}0, kept(at));`;
  const { inputs, known } = reduction;
  const { width, across } = plan;
  const lines = inputs.map((_, k) =>
    width === 4 ? `let v${k} = in${k}[(at + o${k}) >> 2u];` : `let v${k} = in${k}[at + o${k}];`,
  );
  if (known?.of === 'position' && (across || width === 1)) lines.push('let known0 = known(r);');
  for (let lane = 0; lane < width; lane++) {
    const position = across || lane === 0 ? 'r' : `r + ${lane}`;
    const values = inputs.map((_, k) => (width === 4 ? `v${k}[${lane}]` : `v${k}`));
    const own =
      known?.of === 'row'
        ? `known${across ? lane : 0}`
        : across || width === 1
          ? 'known0'
          : `known(${position})`;
    const taken = `${s}${lane} = take(${[`${s}${lane}`, ...values, position, ...(known ? [own] : [])].join(', ')});`;
    lines.push(most && lane > 0 ? `if (${position} < ${most}) { ${taken} }` : taken);
  }
  return lines.join(' ');
}

/** The text that walks the elements from `first` up to `end`, every `stride`-th step, into the states `s0`, …. */
function loopText(pass: Pass, places: PassPlaces, { nothing }: ReductionText): string {
  const { reduction, plan, fromParts } = pass;
  const { width, across, threads } = plan;
  const advance = across ? 1 : width;
  const step = threads > 0 ? threads * advance : advance;
  const { rank, walk, shape } = places.reduced;
  const stride = p(walk + rank);
  const begin: string[] = [];
  let next: string;
  if (rank === 1) {
    begin.push(`var at = base + r * ${stride};`);
    next = `at += ${step} * ${stride};`;
  } else if (threads > 0) {
    begin.push('var at = base + memberAt(r);');
    next = `at = base + memberAt(r + ${step});`;
  } else {
    begin.push(
      `let run = ${p(shape + rank - 1)};`,
      'var outer = r / run;',
      'var within = r - outer * run;',
      `var at = base + runAt(outer) + within * ${stride};`,
    );
    next = `within += ${step}; at += ${step} * ${stride}; if (within >= run) { within = 0; outer += 1; at = base + runAt(outer); }`;
  }
  // Fours that reach beyond the end are taken apart.
  const tail = width === 4 && !across;
  const full = tail ? 'end - 3' : 'end';
  const walked = (s: string, until: string): string =>
    `for (; r < ${until}; r += ${step}) { ${stepText(pass, s)} ${next} }`;
  const blocked = (): string => {
    const states = lanes(pass);
    return `while (r < full) {
    let until = min(r + ${BLOCK * step}, full);
    ${states.map((lane) => `var b${lane} = nothing;`).join(' ')}
    ${walked('b', 'until')}
    ${states.map((lane) => `s${lane} = join(s${lane}, b${lane});`).join(' ')}
  }`;
  };
  return `
  let nothing = ${nothing};
  ${fromParts ? '' : reduction.inputs.map((_, k) => `let o${k} = ${p(places.offsets + k)};`).join(' ')}
  ${lanes(pass)
    .map((lane) => `var s${lane} = nothing;`)
    .join(' ')}
  let full = ${full};
  ${begin.join('\n  ')}
  ${reduction.rounded ? blocked() : walked('s', 'full')}
  ${tail ? `if (r < end) { ${stepText(pass, 's', 'end')} }` : ''}`;
}

const knownText = ({ reduction, plan, fromParts }: Pass): string =>
  !fromParts && reduction.known?.of === 'row'
    ? Array.from({ length: plan.across ? 4 : 1 }, (_, i) => `let known${i} = known(row + ${i});`).join(' ')
    : '';

/** The states of lanes within a row joined, by twos. */
const joined = ({ plan }: Pass): string =>
  plan.width === 4 && !plan.across ? 'join(join(s0, s1), join(s2, s3))' : 's0';

const finish = ({ toParts }: Pass, places: PassPlaces, row: string, state: string): string =>
  toParts
    ? `keep((${row}) * ${p(places.steps)} + part * ${p(places.steps + 1)}, ${state});`
    : `store(${row}, ${state});`;

/** An invocation for each part of a row, or of four rows. */
function aloneText(pass: Pass, places: PassPlaces, text: ReductionText): string {
  const { across } = pass.plan;
  const rows = across ? [0, 1, 2, 3] : [0];
  return `
fn element(i: i32) {
  let rows = ${p(places.rows)}${across ? ' / 4' : ''};
  let part = i / rows;
  let row = (i - part * rows)${across ? ' * 4' : ''};
  let base = rowAt(row);
  ${knownText(pass)}
  var r = part * ${p(places.chunk)};
  let end = min(r + ${p(places.chunk)}, ${p(places.length)});
  ${loopText(pass, places, text)}
  ${rows.map((lane) => finish(pass, places, across ? `row + ${lane}` : 'row', across ? `s${lane}` : joined(pass))).join('\n  ')}
}`;
}

/** A group for each part of a row. */
function groupText(pass: Pass, places: PassPlaces, text: ReductionText): string {
  return `
fn kernel(group: u32, thread: u32) {
  let splits = ${p(places.splits)};
  let row = i32(group) / splits;
  let part = i32(group) - row * splits;
  let base = rowAt(row);
  ${knownText(pass)}
  let first = part * ${p(places.chunk)};
  let end = min(first + ${p(places.chunk)}, ${p(places.length)});
  var r = first + i32(thread) * ${pass.plan.width};
  ${loopText(pass, places, text)}
  let all = together(${joined(pass)}, thread);
  if (thread == 0u) { ${finish(pass, places, 'row', 'all')} }
}`;
}

/** The state of a whole row by one invocation: for the value of a fault. */
function wholeText(pass: Pass, places: PassPlaces, text: ReductionText): string {
  const { reduction, plan, fromParts } = pass;
  const values = reduction.inputs.map((_, k) => {
    const at = `(base + memberAt(r) + ${p(places.offsets + k)})`;
    return plan.width === 4 ? `in${k}[${at} >> 2u][${at} & 3]` : `in${k}[${at}]`;
  });
  const step = fromParts ? 'join(s, kept(base + memberAt(r)))' : `take(s, ${values.join(', ')}, r)`;
  return `
fn whole(row: i32) -> State {
  let base = rowAt(row);
  var s = ${text.nothing};
  for (var r = 0; r < ${p(places.length)}; r++) { s = ${step}; }
  return s;
}
fn faultyValue(row: i32) -> vec2<i32> { ${text.faultyValue} }`;
}
