import type { Pair, Tensor } from '@flambeau/core';
import { ArgumentError, formatShape, ShapeError } from '@flambeau/core';

/** One number for both directions, or a pair [vertical, horizontal]. */
export function pairOf(layer: string, name: string, value: number | Pair, least: number): Pair {
  const pair: Pair = typeof value === 'number' ? [value, value] : value;
  if (pair.length !== 2 || pair.some((n) => !Number.isInteger(n) || n < least)) {
    throw new ArgumentError(
      layer,
      `invalid ${name}: got ${JSON.stringify(value)}, expected an integer of at least ${least}, or a pair of them.`,
      { [name]: value },
    );
  }
  return pair;
}

/** Applies a function of (N, C, H, W) to (C, H, W) as well. */
export function batched(layer: string, x: Tensor, fn: (planes: Tensor) => Tensor): Tensor {
  if (x.ndim === 4) return fn(x);
  if (x.ndim === 3) return fn(x.unsqueeze(0)).squeeze(0);
  throw new ShapeError(
    layer,
    `wrong rank: got ${formatShape(x.shape)}, expected (N, C, H, W) or (C, H, W).`,
    { shape: x.shape },
  );
}
