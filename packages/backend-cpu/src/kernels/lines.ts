import type { Operand } from '@flambeau/core/functional';

/** Contiguous values as lines along an axis: calls back with where each line starts, its length and its step. */
export function eachLine(
  x: Operand,
  axis: number,
  visit: (at: number, n: number, step: number) => void,
): void {
  const n = x.shape.length === 0 ? 1 : x.shape[axis];
  const step = x.shape.slice(axis + 1).reduce((p, s) => p * s, 1);
  const lines = n === 0 ? 0 : x.size / (n * step);
  for (let outer = 0; outer < lines; outer++) {
    for (let inner = 0; inner < step; inner++) visit(outer * n * step + inner, n, step);
  }
}
