import type { Operand } from '@flambeau/core/functional';
import { DTYPES, mergeLayouts } from '@flambeau/core/functional';

/** Bytes of an element. */
export type Width = 1 | 4 | 8;

/** A dimension that is walked: its size, and the strides of source and target in elements. */
export interface Walk {
  readonly size: number;
  readonly x: number;
  readonly y: number;
}

/**
 * How elements are copied: all at once (`block`), in runs of neighbours, by turning tiles where neighbours of the source
 * are not those of the target, or step by step.
 */
export type CopyPlan =
  | { readonly kind: 'block'; readonly repeated: boolean }
  | { readonly kind: 'runs' | 'steps'; readonly inner: Walk; readonly outer: readonly Walk[] }
  | {
      readonly kind: 'turn';
      /** Along which targets are neighbours. */
      readonly inner: Walk;
      /** Along which sources are. */
      readonly across: Walk;
      readonly outer: readonly Walk[];
    };

/** The least sides of what is turned tile by tile. */
const TILE = 4;
/** Loops shorter than this had better be others. */
const SHORT = 8;

/** The width of an operand's elements. */
export const widthOf = ({ dtype }: Operand): Width => DTYPES[dtype].bytes as Width;

/** Plans a copy between two layouts of one shape that is not empty. The order of the elements is free. */
export function planCopy(
  shape: readonly number[],
  x: readonly number[],
  y: readonly number[],
  width: Width,
): CopyPlan {
  const walks = walksOf(shape, x, y);
  const inner = walks[walks.length - 1];
  const outer = walks.slice(0, -1);
  if (inner.y === 1 && outer.length === 0 && inner.x <= 1 && inner.x >= 0)
    return { kind: 'block', repeated: inner.x === 0 };
  if (inner.y === 1 && inner.x === 1) return { kind: 'runs', inner, outer };
  const across = outer.find((walk) => walk.x === 1);
  const wide = width > 1 && inner.y === 1 && inner.size >= TILE;
  if (wide && across && across.size >= TILE)
    return { kind: 'turn', inner, across, outer: outer.filter((walk) => walk !== across) };
  const long = inner.size >= SHORT ? inner : walks.reduce((a, b) => (b.size > a.size ? b : a));
  return { kind: 'steps', inner: long, outer: walks.filter((walk) => walk !== long) };
}

/** As few dimensions as there can be, those that are far apart in the target first. */
function walksOf(shape: readonly number[], x: readonly number[], y: readonly number[]): Walk[] {
  const order = shape.map((_, axis) => axis).sort((a, b) => Math.abs(y[b]) - Math.abs(y[a]) || a - b);
  const sorted = (values: readonly number[]): number[] => order.map((axis) => values[axis]);
  const merged = mergeLayouts({ shape: sorted(shape), strides: [sorted(x), sorted(y)] });
  const [from, to] = merged.strides;
  // What is a single element follows itself.
  if (merged.shape.length === 1 && merged.shape[0] === 1) return [{ size: 1, x: 1, y: 1 }];
  return merged.shape.map((size, axis) => ({ size, x: from[axis], y: to[axis] }));
}
