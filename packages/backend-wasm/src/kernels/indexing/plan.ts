import type { Operand } from '@flambeau/core/functional';
import { mergeLayouts } from '@flambeau/core/functional';

/** What an index goes with: the tensor that is looked into, of which only lines along the axis are counted, and another. */
export interface IndexedWalk {
  readonly size: number;
  readonly index: number;
  /** Of the tensor that the index looks into. */
  readonly line: number;
  /** Of the tensor of the index's shape. */
  readonly other: number;
}

/** A walk over an index: `row` if all of the inner loop has one position and neighbours on both sides. */
export interface IndexPlan {
  readonly kind: 'row' | 'each';
  readonly inner: IndexedWalk;
  readonly outer: readonly IndexedWalk[];
}

/** Plans the loops over an index, in its order. It is not empty. */
export function planIndex(index: Operand, lines: Operand, other: Operand, axis: number): IndexPlan {
  const merged = mergeLayouts({
    shape: index.shape,
    strides: [index.strides, lines.strides.map((stride, i) => (i === axis ? 0 : stride)), other.strides],
  });
  const walks = merged.shape.map((size, i): IndexedWalk => {
    const [of, line, others] = merged.strides.map((strides) => strides[i]);
    return { size, index: of, line, other: others };
  });
  const inner = walks[walks.length - 1];
  const isRow = inner.index === 0 && inner.line === 1 && inner.other === 1;
  return { kind: isRow ? 'row' : 'each', inner, outer: walks.slice(0, -1) };
}

/** The loops of a scatter, and the dimension whose positions are shared, which is none of `outer`; null if none is. */
export interface ScatterPlan extends IndexPlan {
  readonly part: IndexedWalk | null;
}

/** Positions of a dimension that are enough to be shared. */
const ENOUGH = 8;

/**
 * Plans the loops of a scatter to contiguous lines. Their order is free but along the axis, which is where lines stand
 * still: elsewhere no two positions have a place in common. The inner loop is not shared: where neighbours go to
 * different places, threads would write to the same cache lines, and rows are read at the memory's speed only as wholes.
 */
export function planScatter(index: Operand, lines: Operand, other: Operand, axis: number): ScatterPlan {
  const plan = planIndex(index, lines, other, axis);
  const apart = plan.outer.filter(({ line }) => line !== 0);
  const longest = apart.reduce<IndexedWalk | null>((a, b) => (a && a.size >= b.size ? a : b), null);
  const part = longest && longest.size >= ENOUGH ? longest : null;
  return { ...plan, part, outer: plan.outer.filter((walk) => walk !== part) };
}
