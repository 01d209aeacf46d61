import type { CreateOptions, RandomOptions } from './create.ts';
import { fromHost, full, like, rand, randint, randn } from './create.ts';
import { allocTyped } from './dtype.ts';
import { checkShape } from './shape.ts';
import type { Tensor } from './tensor.ts';

/**
 * A tensor whose values are yet to be written. They are zeros here; PyTorch leaves them open.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.empty.html
 *
 * @example
 * ```ts
 * import { empty } from '@flambeau/core';
 * empty([2, 3]).shape; // [2, 3]
 * ```
 */
export function empty(shape: readonly number[], options: CreateOptions = {}): Tensor {
  return full(shape, 0, { dtype: 'float32', ...options });
}

/** {@link empty} with the shape, dtype and device of another tensor. */
export function emptyLike(x: Tensor, options: CreateOptions = {}): Tensor {
  return empty(x.shape, like(x, options));
}

/**
 * `steps` numbers from `baseˢᵗᵃʳᵗ` to `baseᵉⁿᵈ`, both included, whose logarithms are evenly spaced.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.logspace.html
 *
 * @example
 * ```ts
 * import { logspace } from '@flambeau/core';
 * logspace(0, 2, 3); // [1, 10, 100]
 * ```
 */
export function logspace(
  start: number,
  end: number,
  steps: number,
  base = 10,
  options: CreateOptions = {},
): Tensor {
  const dtype = options.dtype ?? 'float32';
  const [count] = checkShape('logspace', [steps]) as [number];
  const out = allocTyped(dtype, count);
  const round = dtype === 'float64' ? Number : Math.fround;
  const step = count > 1 ? round((end - start) / (count - 1)) : 0;
  for (let i = 0; i < count; i++) {
    const exponent = i < count / 2 ? start + step * i : end - step * (count - 1 - i);
    out[i] = base ** exponent;
  }
  return fromHost('logspace', out, [count], dtype, options);
}

/** {@link rand} with the shape, dtype and device of another tensor. */
export function randLike(x: Tensor, options: RandomOptions = {}): Tensor {
  return rand(x.shape, { ...options, ...like(x, options) });
}

/** {@link randn} with the shape, dtype and device of another tensor. */
export function randnLike(x: Tensor, options: RandomOptions = {}): Tensor {
  return randn(x.shape, { ...options, ...like(x, options) });
}

/** {@link randint} with the shape, dtype and device of another tensor. */
export function randintLike(x: Tensor, low: number, high: number, options: RandomOptions = {}): Tensor {
  return randint(low, high, x.shape, { ...options, ...like(x, options) });
}
