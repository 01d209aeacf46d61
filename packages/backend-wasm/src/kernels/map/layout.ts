import type { Operand } from '@flambeau/core/functional';
import { contiguousStrides, isContiguous, mergeLayouts } from '@flambeau/core/functional';

/**
 * How a kernel walks an operand: `row` in the output's own order, `point` always at one element. Others have strides of
 * their own for each dimension, and are told by the last one: along it `unit` moves to the neighbour, `still` stays,
 * `strided` moves further.
 */
export type Walk = 'row' | 'point' | 'unit' | 'still' | 'strided';

/** What a kernel is compiled for. Sizes and strides are arguments. */
export interface MapLayout {
  /** Dimensions after merging; 1 unless something has strides of its own. */
  readonly rank: number;
  readonly walks: readonly Walk[];
}

/** A layout with its numbers. */
export interface MapWalk extends MapLayout {
  readonly shape: readonly number[];
  /** Strides in elements of the operands that have their own, in order. */
  readonly strides: readonly (readonly number[])[];
}

/** Whether a walk has strides of its own. */
export const hasStrides = (walk: Walk): boolean => walk !== 'row' && walk !== 'point';

const isPoint = ({ shape, strides }: Operand): boolean => {
  for (let axis = 0; axis < shape.length; axis++) if (strides[axis] !== 0 && shape[axis] !== 1) return false;
  return true;
};

const NO_STRIDES: readonly (readonly number[])[] = [];

/** Finds the simplest way to walk operands of one shape. */
export function walkOperands(inputs: readonly Operand[], output: Operand): MapWalk {
  const walks: Walk[] = [];
  let simple = true;
  for (const x of inputs) {
    const walk = isContiguous(x.shape, x.strides) ? 'row' : isPoint(x) ? 'point' : 'strided';
    walks.push(walk);
    if (walk === 'strided') simple = false;
  }
  if (simple) return { rank: 1, walks, shape: [output.size], strides: NO_STRIDES };
  const own = inputs.filter((_, i) => walks[i] === 'strided');
  const layouts = [contiguousStrides(output.shape), ...own.map((x) => x.strides)];
  const { shape, strides } = mergeLayouts({ shape: output.shape, strides: layouts });
  const last = shape.length - 1;
  let index = 0;
  const told = walks.map((walk): Walk => {
    if (walk !== 'strided') return walk;
    const stride = strides[++index]?.[last];
    return stride === 1 ? 'unit' : stride === 0 ? 'still' : 'strided';
  });
  return { rank: shape.length, walks: told, shape, strides: strides.slice(1) };
}
