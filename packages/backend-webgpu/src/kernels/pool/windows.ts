import type { Pair } from '@flambeau/core/functional';
import { Params } from '../../wgsl/layout.ts';

/** Sizes of windows that slide over planes. */
export interface WindowAttrs {
  readonly kernelSize: Pair;
  readonly stride: Pair;
  readonly padding: Pair;
  readonly dilation?: Pair;
}

/** What a kernel over windows is written from. */
export interface WindowText {
  readonly params: Params;
  /** Functions of places and windows: see {@link windowText}. */
  readonly text: string;
  /** The text of a further parameter. */
  readonly word: (value: number) => string;
}

/** Rows and columns, which are treated alike. */
const AXES = [0, 1] as const;

/**
 * Parameters and functions of a kernel that computes the elements of planes one by one. Everywhere `at.x` is a row and `at.y` a
 * column, as sizes are given.
 *
 * - `placeOf(i)`: row, column and plane of the element computed
 * - `windowStart(at)`, `windowEnd(at)`: the first pixel of a window and what follows its last, which may lie outside of the input
 * - `firstWindow(at)`, `lastWindow(at)`: the windows that a pixel may lie in, both inclusive
 * - `sourceSize()`, `resultSize()`: of the planes of the pooling's input and output; `stride()`, `padding()`, `dilation()`
 *
 * @param count - how many elements are computed.
 * @param back - the elements are those of the pooling's input, not of its output.
 */
export function windowText(
  count: number,
  source: readonly number[],
  result: readonly number[],
  { kernelSize, stride, padding, dilation = [1, 1] }: WindowAttrs,
  back: boolean,
): WindowText {
  const params = new Params(count);
  const word = (value: number): string => `param(${params.add(value)}u)`;
  const pair = (name: string, values: readonly number[]): string =>
    `fn ${name}() -> vec2<i32> { return vec2<i32>(${AXES.map((d) => word(values[d])).join(', ')}); }`;
  const span = AXES.map((d) => (kernelSize[d] - 1) * dilation[d] + 1);
  const computed = back ? 'sourceSize()' : 'resultSize()';
  const text = [
    pair('sourceSize', source.slice(2)),
    pair('resultSize', result.slice(2)),
    pair('span', span),
    pair('stride', stride),
    pair('padding', padding),
    pair('dilation', dilation),
    `fn placeOf(i: i32) -> vec3<i32> {
  let size = ${computed};
  let row = i / size.y;
  return vec3<i32>(row % size.x, i - row * size.y, row / size.x);
}
fn windowStart(at: vec2<i32>) -> vec2<i32> { return at * stride() - padding(); }
fn windowEnd(at: vec2<i32>) -> vec2<i32> { return windowStart(at) + span(); }
fn firstWindow(at: vec2<i32>) -> vec2<i32> {
  return (max(at + padding() - span() + 1, vec2<i32>(0)) + stride() - 1) / stride();
}
fn lastWindow(at: vec2<i32>) -> vec2<i32> { return min((at + padding()) / stride(), resultSize() - 1); }`,
  ].join('\n');
  return { params, text, word };
}
