import { isFloat } from '../../dtype.ts';
import { ArgumentError, DTypeError, ShapeError } from '../../errors.ts';
import { composed } from '../../memory/composed.ts';
import { uniformMask } from '../../random.ts';
import type { ScalarNode } from '../../scalar/index.ts';
import { s } from '../../scalar/index.ts';
import { formatShape } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import type { MapFunction } from '../define.ts';
import { defineMap } from '../define.ts';
import { mul } from '../elementwise.ts';

/** x·scale where u ≥ p, else x·0, so that NaN stays NaN. @internal */
export const dropoutOp: MapFunction = /*#__PURE__*/ defineMap('dropout', 4, (...operands) => {
  const [x, u, p, scale] = operands as [ScalarNode, ScalarNode, ScalarNode, ScalarNode];
  return s.mul(x, s.select(s.lt(u, p), 0, scale));
});

/** x·scale + kept where u ≥ p, else x·0 + lost. @internal */
export const alphaDropoutOp: MapFunction = /*#__PURE__*/ defineMap('alphaDropout', 6, (...operands) => {
  const [x, u, p, scale, kept, lost] = operands as [
    ScalarNode,
    ScalarNode,
    ScalarNode,
    ScalarNode,
    ScalarNode,
    ScalarNode,
  ];
  const isLost = s.lt(u, p);
  return s.add(s.mul(x, s.select(isLost, 0, scale)), s.select(isLost, lost, kept));
});

/** Options of dropouts. */
export interface DropoutOptions {
  /** Drop at random; else the result is x. */
  readonly training?: boolean;
}

/** What SELU goes to at −∞, negated: scale · alpha of Klambauer et al., Self-Normalizing Neural Networks, 2017. */
const ALPHA = 1.7580993408473766;

/**
 * Zeroes elements with probability p and scales the others by 1/(1 − p), so that the mean stays.
 *
 * The mask comes from a stream that is the same on every device and follows `manualSeed`, but is not PyTorch's.
 *
 * @param x - any shape, float.
 * @param p - default 0.5.
 * @returns the shape of x; x itself when p is 0 or `training` is false (default true).
 * @throws {@link ArgumentError} unless p is in [0, 1].
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.dropout.html
 *
 * @example
 * ```ts
 * import { dropout, ones } from '@flambeau/core';
 * dropout(ones([3]), 0.5, { training: false }); // [1, 1, 1]
 * ```
 */
export function dropout(x: Tensor, p = 0.5, options: DropoutOptions = {}): Tensor {
  check('dropout', x, p);
  return drop(x, p, options.training ?? true, x.shape);
}

/**
 * Dropout that keeps mean 0 and variance 1, for SELU networks: dropped elements become SELU's lower limit, and all are
 * scaled and shifted.
 *
 * @param x - any shape, float.
 * @param p - default 0.5.
 * @returns a·x + a·p·α where kept, else a·α·(p − 1), with α = 1.758… and a = 1/√((1 + p·α²)·(1 − p)); x itself when p is
 * 0 or `training` is false (default false).
 * @throws {@link ArgumentError} unless p is in [0, 1].
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.alpha_dropout.html
 */
export function alphaDropout(x: Tensor, p = 0.5, options: DropoutOptions = {}): Tensor {
  check('alphaDropout', x, p);
  return dropToLimit(x, p, options.training ?? false, x.shape);
}

/** {@link alphaDropout} of whole channels: (N, C, …), each (n, c) is dropped or kept at once. */
export function featureAlphaDropout(x: Tensor, p = 0.5, options: DropoutOptions = {}): Tensor {
  check('featureAlphaDropout', x, p);
  const { training = false } = options;
  if (training && p > 0 && x.size > 0 && x.shape.length < 2)
    throw rank('featureAlphaDropout', x, '(N, C, …)');
  return dropToLimit(x, p, training, channels(x, 2));
}

/**
 * {@link dropout} of whole channels: each (n, c) of (N, C, L), or c of (C, L), is dropped or kept at once.
 *
 * @throws {@link ShapeError} on other ranks.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.dropout1d.html
 */
export function dropout1d(x: Tensor, p = 0.5, options: DropoutOptions = {}): Tensor {
  check('dropout1d', x, p);
  if (x.shape.length !== 2 && x.shape.length !== 3) throw rank('dropout1d', x, '(N, C, L) or (C, L)');
  return drop(x, p, options.training ?? true, channels(x, x.shape.length - 1));
}

/**
 * {@link dropout} of whole channels: each (n, c) of (N, C, H, W) is dropped or kept at once. (N, C, L) works as in
 * `dropout1d`.
 *
 * @throws {@link ShapeError} on other ranks.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.dropout2d.html. Three dimensions are
 * not (C, H, W), as PyTorch warns.
 */
export function dropout2d(x: Tensor, p = 0.5, options: DropoutOptions = {}): Tensor {
  check('dropout2d', x, p);
  if (x.shape.length !== 3 && x.shape.length !== 4) throw rank('dropout2d', x, '(N, C, H, W) or (N, C, L)');
  return drop(x, p, options.training ?? true, channels(x, 2));
}

/**
 * {@link dropout} of whole channels: each (n, c) of (N, C, D, H, W), or c of (C, D, H, W), is dropped or kept at once.
 *
 * @throws {@link ShapeError} on other ranks.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.dropout3d.html
 */
export function dropout3d(x: Tensor, p = 0.5, options: DropoutOptions = {}): Tensor {
  check('dropout3d', x, p);
  if (x.shape.length !== 4 && x.shape.length !== 5)
    throw rank('dropout3d', x, '(N, C, D, H, W) or (C, D, H, W)');
  return drop(x, p, options.training ?? true, channels(x, x.shape.length - 3));
}

function drop(x: Tensor, p: number, training: boolean, maskShape: readonly number[]): Tensor {
  if (!training || p === 0 || x.size === 0) return x;
  return composed(x.device, () =>
    dropoutOp(x, uniformMask(maskShape, x.device), p, p === 1 ? 0 : 1 / (1 - p)),
  );
}

function dropToLimit(x: Tensor, p: number, training: boolean, maskShape: readonly number[]): Tensor {
  if (!training || p === 0 || x.size === 0) return x;
  if (p === 1) return mul(x, 0);
  const scale = 1 / Math.sqrt((1 + p * ALPHA ** 2) * (1 - p));
  return composed(x.device, () => {
    const u = uniformMask(maskShape, x.device);
    return alphaDropoutOp(x, u, p, scale, scale * p * ALPHA, scale * (p - 1) * ALPHA);
  });
}

/** The first sizes of x, then ones. */
const channels = (x: Tensor, leading: number): number[] => x.shape.map((n, i) => (i < leading ? n : 1));

function check(op: string, x: Tensor, p: number): void {
  checkProbability(op, p);
  if (isFloat(x.dtype)) return;
  throw new DTypeError(op, `not defined for integers: got ${x.dtype}, expected a float dtype.`, {
    dtype: x.dtype,
  });
}

/** @throws {@link ArgumentError} unless p is in [0, 1]. */
export function checkProbability(op: string, p: number): void {
  if (p >= 0 && p <= 1) return;
  throw new ArgumentError(op, `not a probability: got ${p}, expected 0 ≤ p ≤ 1.`, { p });
}

const rank = (op: string, x: Tensor, expected: string): ShapeError =>
  new ShapeError(op, `wrong rank: got ${formatShape(x.shape)}, expected ${expected}.`, { shape: x.shape });
