import type { Operand } from '@flambeau/core/functional';
import { type Binding, elementwise, type Shader, storage, WORKGROUP } from '../../shader/shader.ts';
import { prelude } from '../../wgsl/functions.ts';
import { Params } from '../../wgsl/layout.ts';
import { bitsOf } from '../../words.ts';
import type { GpuContext } from '../context.ts';
import { run } from '../context.ts';
import { stateText, togetherText } from '../reduce/state.ts';
import type { LinePlan, Lines } from './plan.ts';
import { linePlan } from './plan.ts';

/** Steps whose sum is taken at a time, so that rounding errors grow slowly. */
const BLOCK = 64;

/**
 * How an operand lies: `lines` like the lines, the first element of one at `a0` (of the first operand); `shared` by all
 * lines, in steps along them; one `value` for each line, which may be an `integer`; or values that are `repeated` for
 * every so many lines. Values stand at their line's number.
 */
export type LineOperand = 'lines' | 'shared' | 'value' | 'integer' | 'repeated';

/** What the text of a line kernel is written with. */
export interface LineText {
  /** Runs over a line; `at` is the place from its first element, `k` the step. */
  walk(body: string): string;
  /** The same with sums over the whole line, which `body` adds to. They are of type V, the same for all that share it. */
  sums(names: readonly string[], body: string): string;
  /** The largest element over the line of `expression`, NaN if there is one, as `name`. */
  largest(name: string, expression: string): string;
  /** A function of the prelude for each component. */
  each(fn: string, ...args: readonly string[]): string;
  /** One element of an operand that lies like the lines, which stand one apart, by its place along them. */
  single(operand: number, place: string): string;
  /** For each component of step k whether it is the element of this place: bool, or a vector of them. */
  isAt(place: string): string;
  /** A word that a run brings, as a number. */
  number(i: number): string;
  /** A whole number that a run brings. */
  integer(i: number): string;
  /** `body` by one of the invocations that share a line. */
  once(body: string): string;
  /** On a processor: what was computed is better kept than computed again. */
  readonly software: boolean;
}

/** An op on lines. V is f32, or vec4<f32>. */
export interface LineKernel {
  readonly key: string;
  readonly inputs: readonly LineOperand[];
  readonly outputs: readonly LineOperand[];
  readonly functions?: readonly string[];
  /** The body for a line: operands are `in0`, …, `out`, …, their beginnings `a0`, … and `b0`, …, its length `length`. */
  readonly text: (t: LineText) => string;
}

/** What a line kernel runs on. */
export interface LineRun {
  readonly lines: Lines;
  readonly inputs: readonly Operand[];
  readonly outputs: readonly Operand[];
  /** Numbers that the text asks for. */
  readonly numbers?: readonly number[];
  readonly integers?: readonly number[];
  /** After how many lines repeated values begin again. */
  readonly period?: number;
}

const bySteps = (kind: LineOperand | undefined): boolean => kind === 'lines' || kind === 'shared';

/** Queues a line kernel. */
export function runLines(
  context: GpuContext,
  kernel: LineKernel,
  { lines, inputs, outputs, numbers = [], integers = [], period = 1 }: LineRun,
): void {
  if (lines.count === 0) return;
  const { traits } = context;
  const kinds = [...kernel.inputs, ...kernel.outputs];
  const operands = [...inputs, ...outputs];
  const inSteps = operands.filter((_, i) => bySteps(kinds[i])).map(({ offset }) => offset);
  const plan = linePlan(traits, lines, inSteps);
  const { threads, width, across } = plan;
  const items = across ? lines.count / width : lines.count;
  const params = new Params(threads > 0 ? 0 : items);
  const places = {
    steps: params.add(across ? lines.length : lines.length / width),
    step: params.add(across ? lines.step / width : lines.step),
    length: params.add(bitsOf(lines.length)),
    period: params.add(period),
    offsets: params.add(...operands.map(({ offset }, i) => (bySteps(kinds[i]) ? offset / width : offset))),
    numbers: params.add(...numbers.map(bitsOf)),
    integers: params.add(...integers),
  };
  const size = params.words.length;
  const key = `lines ${kernel.key} ${threads} ${width} ${across}`;
  const pipeline = context.pipelines.get(key, () =>
    lineShader(kernel, plan, { ...places, size }, traits.subgroups, traits.software),
  );
  run(context, pipeline, { params, operands, groups: threads > 0 ? items : Math.ceil(items / WORKGROUP) });
}

interface LinePlaces {
  readonly steps: number;
  readonly step: number;
  readonly length: number;
  readonly period: number;
  readonly offsets: number;
  readonly numbers: number;
  readonly integers: number;
  readonly size: number;
}

const p = (place: number): string => `param(${place}u)`;

function lineShader(
  kernel: LineKernel,
  plan: LinePlan,
  places: LinePlaces,
  subgroups: boolean,
  software: boolean,
): Shader {
  const { threads, width } = plan;
  const vector = width === 4 ? 'vec4<f32>' : 'f32';
  const type = (kind: LineOperand): Binding['type'] =>
    bySteps(kind) ? vector : kind === 'integer' ? 'i32' : 'f32';
  const count = kernel.inputs.length;
  const begin = (kind: LineOperand, i: number): string => {
    const name = i < count ? `a${i}` : `b${i - count}`;
    const from = {
      lines: 'base + ',
      shared: '',
      value: 'i + ',
      integer: 'i + ',
      repeated: `i % ${p(places.period)} + `,
    }[kind];
    return `let ${name} = ${from}${p(places.offsets + i)};`;
  };
  const called = new Map<string, number>();
  const body = kernel.text(lineText(plan, places, software, called));
  const code = `
${prelude(new Set([...(kernel.functions ?? []), 'greatest', 'fromBits']))}
alias V = ${vector};
${[...called].map(([fn, arity]) => eachText(fn, arity, width)).join('\n')}
${foldText('largest', 'greatest(a.value, b.value)', plan, subgroups)}
${foldText('total', 'a.value + b.value', plan, subgroups)}
fn handle(i: i32, thread: u32) {
  let steps = ${p(places.steps)};
  let step = ${p(places.step)};
  let length = bitcast<f32>(${p(places.length)});
  let base = (i / step) * steps * step + i % step;
  ${[...kernel.inputs, ...kernel.outputs].map(begin).join('\n  ')}
  ${body}
}
${threads > 0 ? 'fn kernel(group: u32, thread: u32) { handle(i32(group), thread); }' : 'fn element(i: i32) { handle(i, 0u); }'}`;
  const shader = {
    name: kernel.key,
    bindings: storage(kernel.inputs.map(type), kernel.outputs.map(type)),
    paramWords: places.size,
    code,
  };
  return threads > 0 ? { ...shader, threads, subgroups } : elementwise(shader);
}

/** The text of a function for each component. */
function eachText(fn: string, arity: number, width: number): string {
  const args = Array.from({ length: arity }, (_, i) => `v${i}`);
  const parts = width === 1 ? [''] : ['.x', '.y', '.z', '.w'];
  const values = parts.map((part) => `${fn}(${args.map((arg) => arg + part).join(', ')})`);
  return `fn ${fn}_each(${args.map((arg) => `${arg}: V`).join(', ')}) -> V { return V(${values.join(', ')}); }`;
}

/** The text of `fn nameOf(v: V, thread: u32) -> V`: over all components of a line and all that share it. */
function foldText(
  name: string,
  join: string,
  { threads, width, across }: LinePlan,
  subgroups: boolean,
): string {
  const names = { state: `State_${name}`, join: `join_${name}`, together: `together_${name}` };
  const { state } = names;
  const joined = (a: string, b: string): string => `${names.join}(${a}, ${b})`;
  const own =
    width === 4
      ? joined(joined(`${state}(v.x)`, `${state}(v.y)`), joined(`${state}(v.z)`, `${state}(v.w)`))
      : `${state}(v)`;
  const fields = { value: 'f32' } as const;
  return `
${stateText(fields, names)}
fn ${names.join}(a: ${state}, b: ${state}) -> ${state} { return ${state}(${join}); }
${threads > 0 ? togetherText(fields, threads, subgroups, names) : ''}
fn ${name}Of(v: V, thread: u32) -> V { ${
    across ? 'return v;' : `return V(${threads > 0 ? `${names.together}(${own}, thread)` : own}.value);`
  } }`;
}

/** @param called - is told the functions that are called for each component, with how many arguments. */
function lineText(
  { threads, width }: LinePlan,
  places: LinePlaces,
  software: boolean,
  called: Map<string, number>,
): LineText {
  const first = threads > 0 ? 'i32(thread)' : '0';
  const stride = Math.max(threads, 1);
  const loop = (from: string, until: string, body: string): string =>
    `for (var k = ${from}; k < ${until}; k += ${stride}) { let at = k * step; ${body} }`;
  const each = (fn: string, ...args: readonly string[]): string => {
    called.set(fn, args.length);
    return `${fn}_each(${args.join(', ')})`;
  };
  return {
    software,
    each,
    walk: (body) => loop(first, 'steps', body),
    sums: (names, body) => `
  ${names.map((name) => `var sum_${name} = V(0.0);`).join(' ')}
  for (var from_k = ${first}; from_k < steps; from_k += ${BLOCK * stride}) {
    ${names.map((name) => `var ${name} = V(0.0);`).join(' ')}
    ${loop('from_k', `min(from_k + ${BLOCK * stride}, steps)`, body)}
    ${names.map((name) => `sum_${name} += ${name};`).join(' ')}
  }
  ${names.map((name) => `let ${name} = totalOf(sum_${name}, thread);`).join(' ')}`,
    largest: (name, expression) => `
  var own_${name} = V(fromBits(0xff800000u));
  ${loop(first, 'steps', `let seen = ${expression}; own_${name} = ${each('greatest', `own_${name}`, 'seen')};`)}
  let ${name} = largestOf(own_${name}, thread);`,
    single: (operand, place) =>
      width === 4
        ? `in${operand}[a${operand} + (${place}) / 4][(${place}) % 4]`
        : `in${operand}[a${operand} + (${place})]`,
    isAt: (place) =>
      width === 4 ? `(vec4<i32>(0, 1, 2, 3) + 4 * k == vec4<i32>(${place}))` : `(k == (${place}))`,
    number: (i) => `bitcast<f32>(${p(places.numbers + i)})`,
    integer: (i) => p(places.integers + i),
    once: (body) => (threads > 0 ? `if (thread == 0u) { ${body} }` : body),
  };
}
