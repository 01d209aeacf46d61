import type { KernelContext, Operand } from '@flambeau/core/functional';
import type { Binding, Shader } from '../../shader/shader.ts';
import { elementwise, storage } from '../../shader/shader.ts';
import { prelude } from '../../wgsl/functions.ts';
import { Params } from '../../wgsl/layout.ts';
import type { WordType } from '../../words.ts';
import type { GpuContext, Stored } from '../context.ts';
import { run, runChecked, withScratch } from '../context.ts';
import type { Lines } from '../lines/plan.ts';
import { roundingText } from '../reduce/rounding.ts';
import type { Fields } from '../reduce/state.ts';
import { keepText, keptText, stateText, stateWords } from '../reduce/state.ts';

/** A running value along lines: what is carried from element to element, and what is written of it. */
export interface Scan {
  /** Distinct for distinct texts. */
  readonly key: string;
  readonly fields: Fields;
  readonly inputs: readonly WordType[];
  readonly outputs: readonly WordType[];
  /** Functions of the prelude that are called. */
  readonly functions?: readonly string[];
  /** The state before the first element: an expression. */
  readonly nothing: string;
  /** Body of `fn join(a: State, b: State) -> State`: the state after b's elements where a's came before. */
  readonly join: string;
  /** Body of `fn take(s: State, v0, …, position: i32) -> State`: the state after one more element. */
  readonly take: string;
  /** Expressions of `s` for the outputs. */
  readonly results: readonly string[];
  /** An expression of `s` that is true for an invalid result. */
  readonly isFault?: string;
  /** Body of `fn faultyValue(index: i32) -> vec2<i32>`; `upTo(index)` is the state there. */
  readonly faultyValue?: string;
}

/** What is scanned. */
export interface ScanRun {
  readonly lines: Lines;
  readonly inputs: readonly Operand[];
  readonly outputs: readonly Operand[];
  /** From the end of each line. */
  readonly reverse?: boolean;
}

/** Elements of a block of a long line at least, and how many invocations are worth cutting lines for. */
const BLOCK = 64;
const INVOCATIONS = 1024;

interface Places {
  readonly lines: number;
  readonly length: number;
  readonly step: number;
  /** Where a line begins, counted from its first element, and how far on the next element stands. */
  readonly begin: number;
  readonly stride: number;
  readonly block: number;
  readonly zero: number;
  readonly offsets: number;
  readonly size: number;
}

/** `whole`: lines in one go. Else the states after blocks, those after all blocks up to each, and the results from there. */
type Stage = 'whole' | 'blocks' | 'join' | 'results';

const p = (place: number): string => `param(${place}u)`;

/** Queues a scan: in one pass, or by blocks where lines are few and long. */
export function scan(
  context: GpuContext,
  what: Scan,
  { lines, inputs, outputs, reverse = false }: ScanRun,
  kernelContext: KernelContext,
): void {
  if (lines.count === 0) return;
  const { count, length, step } = lines;
  const block = Math.max(BLOCK, Math.ceil(length / Math.ceil(INVOCATIONS / count)));
  const blocks = Math.ceil(length / block);
  const stage = (name: Stage, items: number, operands: readonly Stored[]): void => {
    const params = new Params(items);
    const places = {
      lines: params.add(count),
      length: params.add(name === 'join' ? blocks : length),
      step: params.add(step),
      begin: params.add(reverse ? (length - 1) * step : 0),
      stride: params.add(reverse ? -step : step),
      block: params.add(name === 'whole' ? length : block),
      zero: params.add(0),
      offsets: params.add(...[...inputs, ...outputs].map(({ offset }) => offset)),
    };
    const checked = what.isFault !== undefined && (name === 'whole' || name === 'results');
    const pipeline = context.pipelines.get(`scan ${what.key} ${name}`, () =>
      stageShader(what, name, { ...places, size: params.words.length }, checked),
    );
    if (checked) runChecked(context, pipeline, { params, operands }, kernelContext);
    else run(context, pipeline, { params, operands });
  };
  if (blocks < 4 || count >= INVOCATIONS) {
    stage('whole', count, [...inputs, ...outputs]);
    return;
  }
  withScratch(context, count * blocks * stateWords(what.fields), (states) => {
    stage('blocks', count * blocks, [...inputs, states]);
    stage('join', count, [states]);
    stage('results', count * blocks, [...inputs, states, ...outputs]);
  });
}

function bindingsOf({ inputs, outputs }: Scan, stage: Stage): Binding[] {
  switch (stage) {
    case 'whole':
      return storage(inputs, outputs);
    case 'blocks':
      return [...storage(inputs, []), { name: 'states', type: 'u32', written: true }];
    case 'join':
      return [{ name: 'states', type: 'u32', written: true }];
    case 'results':
      return [...storage(inputs, []), { name: 'states', type: 'u32' }, ...storage([], outputs)];
  }
}

function stageShader(what: Scan, stage: Stage, places: Places, checked: boolean): Shader {
  const { key, fields, inputs, functions = [], nothing, join, take, faultyValue } = what;
  const values = inputs.map((type, i) => `v${i}: ${type}, `).join('');
  const taken = `take(s, ${inputs.map((_, i) => `in${i}[at + ${p(places.offsets + i)}]`).join(', ')}, k)`;
  const writes = stage === 'blocks' || stage === 'join';
  const code = [
    prelude(functions),
    roundingText(places.zero),
    stateText(fields),
    `fn join(a: State, b: State) -> State { ${join} }`,
    stage === 'join' ? '' : `fn take(s: State, ${values}position: i32) -> State { ${take} }`,
    stage === 'whole' || stage === 'blocks' ? '' : keptText(fields, 'states'),
    writes ? keepText(fields, 'states') : '',
    checked
      ? `fn upTo(index: i32) -> State {
  let first = index / (${p(places.length)} * ${p(places.step)}) * ${p(places.length)} * ${p(places.step)} + index % ${p(places.step)};
  var s = ${nothing};
  var at = first;
  for (var k = 0; at <= index; k++) { s = ${taken}; at += ${p(places.step)}; }
  return s;
}
fn faultyValue(index: i32) -> vec2<i32> { ${faultyValue} }`
      : '',
    stage === 'join' ? joinText(nothing, places) : walkText(what, stage, places, taken, checked),
  ].join('\n');
  return elementwise({
    name: `${key} ${stage}`,
    bindings: bindingsOf(what, stage),
    paramWords: places.size + (checked ? 1 : 0),
    checked,
    code,
  });
}

/** One invocation for a block of a line; where lines are walked in one go, for a whole one. */
function walkText(
  { inputs, nothing, results, isFault }: Scan,
  stage: Stage,
  places: Places,
  taken: string,
  checked: boolean,
): string {
  const stored = results.map(
    (value, i) => `${i === 0 ? 'out' : `out${i}`}[at + ${p(places.offsets + inputs.length + i)}] = ${value};`,
  );
  const start =
    stage === 'results' ? `if (part > 0) { s = kept((part - 1) * ${p(places.lines)} + line_at); }` : '';
  return `
fn element(i: i32) {
  let part = i / ${p(places.lines)};
  let line_at = i - part * ${p(places.lines)};
  let step = ${p(places.step)};
  let begin = (line_at / step) * ${p(places.length)} * step + line_at % step + ${p(places.begin)};
  let first = part * ${p(places.block)};
  let end = min(first + ${p(places.block)}, ${p(places.length)});
  var s = ${nothing};
  ${start}
  var at = begin + first * ${p(places.stride)};
  for (var k = first; k < end; k++) {
    s = ${taken};
    ${checked ? `if (${isFault}) { report(at); }` : ''}
    ${stage === 'blocks' ? '' : stored.join('\n    ')}
    at += ${p(places.stride)};
  }
  ${stage === 'blocks' ? 'keep(i, s);' : ''}
}`;
}

/** One invocation for a line: the states after blocks become those after all blocks so far. */
const joinText = (nothing: string, places: Places): string => `
fn element(i: i32) {
  var s = ${nothing};
  for (var k = 0; k < ${p(places.length)}; k++) {
    let at = k * ${p(places.lines)} + i;
    s = join(s, kept(at));
    keep(at, s);
  }
}`;
