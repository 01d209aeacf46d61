import { ArgumentError, ShapeError } from '../../errors.ts';
import { composed } from '../../memory/composed.ts';
import { formatShape } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { clone } from '../copy.ts';
import { expand, reshape } from '../view.ts';

/** Copies side by side in one pass: every dimension is given one for its copies, along which it is expanded. */
function repeated(x: Tensor, counts: readonly number[]): Tensor {
  const lead = counts.length - x.shape.length;
  const sizes = counts.map((_, i) => (i < lead ? 1 : (x.shape[i - lead] as number)));
  return composed(x.device, () => {
    const apart = reshape(
      x,
      sizes.flatMap((size) => [1, size]),
    );
    const wide = expand(
      apart,
      sizes.flatMap((size, i) => [counts[i] as number, size]),
    );
    return reshape(
      clone(wide),
      sizes.map((size, i) => size * (counts[i] as number)),
    );
  });
}

function checkCounts(op: string, counts: readonly number[]): void {
  if (counts.every((n) => Number.isInteger(n) && n >= 0)) return;
  throw new ArgumentError(
    op,
    `invalid number of copies: got ${formatShape(counts)}, expected non-negative integers.`,
    { counts },
  );
}

/**
 * Copies of x side by side, as many along each dimension as `counts` says; more counts than dimensions add dimensions
 * in front.
 *
 * @throws {@link ShapeError} for fewer counts than dimensions. @throws {@link ArgumentError} for negative counts.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.Tensor.repeat.html
 *
 * @example
 * ```ts
 * import { repeat, tensor } from '@flambeau/core';
 * repeat(tensor([1, 2]), [2, 2]); // [[1, 2, 1, 2], [1, 2, 1, 2]]
 * ```
 */
export function repeat(x: Tensor, counts: readonly number[]): Tensor {
  checkCounts('repeat', counts);
  if (counts.length < x.shape.length) {
    throw new ShapeError(
      'repeat',
      `too few counts: got ${formatShape(counts)} for shape ${formatShape(x.shape)}, expected at least ${x.shape.length}. Use tile.`,
      { counts, shape: x.shape },
    );
  }
  return repeated(x, counts);
}

/**
 * Copies of x side by side, as many along the last dimensions as `counts` says.
 *
 * @throws {@link ArgumentError} for negative counts.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.tile.html
 *
 * @example
 * ```ts
 * import { tensor, tile } from '@flambeau/core';
 * tile(tensor([[1, 2]]), [2]); // [[1, 2, 1, 2]]
 * ```
 */
export function tile(x: Tensor, counts: readonly number[]): Tensor {
  checkCounts('tile', counts);
  const missing = Math.max(0, x.shape.length - counts.length);
  return repeated(x, [...new Array<number>(missing).fill(1), ...counts]);
}
