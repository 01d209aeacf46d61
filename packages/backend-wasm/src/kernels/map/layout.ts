import type { Operand } from '@flambeau/core/functional';
import { contiguousStrides, isContiguous, mergeLayouts } from '@flambeau/core/functional';

/**
 * How a kernel walks an operand: `row` in the output's own order, `point` always at one element, `strided` with strides
 * of its own for each dimension.
 */
export type Walk = 'row' | 'point' | 'strided';

/** What a kernel is compiled for. Sizes and strides are arguments. */
export interface MapLayout {
  /** Dimensions after merging; 1 unless something is strided. */
  readonly rank: number;
  readonly walks: readonly Walk[];
}

/** A layout with its numbers. */
export interface MapWalk extends MapLayout {
  readonly shape: readonly number[];
  /** Strides in elements of the strided operands, in order. */
  readonly strides: readonly (readonly number[])[];
}

const walkOf = ({ shape, strides }: Operand): Walk => {
  if (isContiguous(shape, strides)) return 'row';
  return strides.every((stride, axis) => stride === 0 || shape[axis] === 1) ? 'point' : 'strided';
};

/** Finds the simplest way to walk operands of one shape. */
export function walkOperands(inputs: readonly Operand[], output: Operand): MapWalk {
  const walks = inputs.map(walkOf);
  const strided = inputs.filter((_, i) => walks[i] === 'strided');
  if (strided.length === 0) return { rank: 1, walks, shape: [output.size], strides: [] };
  const layouts = [contiguousStrides(output.shape), ...strided.map(({ strides }) => strides)];
  const { shape, strides } = mergeLayouts({ shape: output.shape, strides: layouts });
  return { rank: shape.length, walks, shape, strides: strides.slice(1) };
}
