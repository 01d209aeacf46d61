import {
  ArgumentError,
  isTensor,
  noGrad,
  releaseExcept,
  type Tensor,
  ValueError,
  withScope,
  zeros,
} from '@flambeau/core';
import { checkNotNegative } from './check.ts';

/** Options of {@link clipGradNorm_}. */
export interface ClipGradNormOptions {
  /** Order of the norm, > 0; Infinity for the largest magnitude. Default 2. */
  readonly normType?: number;
  /** Throw when the norm is NaN or infinite. Reads the norm, so needs a device with synchronous reads. Default false. */
  readonly errorIfNonfinite?: boolean;
}

const gradsOf = (params: Tensor | Iterable<Tensor>): Tensor[] =>
  [...(isTensor(params) ? [params] : params)].map((p) => p.leafGrad).filter((g) => g !== null);

/**
 * Scales gradients in place so that their norm, taken over all of them as one vector, is at most `maxNorm`:
 * g ← g·min(1, maxNorm/(norm + 1e-6)).
 *
 * @param params - tensors with gradients; those without are left out.
 * @param maxNorm - ≥ 0.
 * @returns the norm before clipping, 0-d; 0 when there is no gradient.
 * @throws {@link ValueError} on a NaN or infinite norm, with `errorIfNonfinite`.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_norm_.html. Nothing is read from
 * the device, so that training does not wait.
 *
 * @example
 * ```ts
 * import { tensor } from '@flambeau/core';
 * import { clipGradNorm_ } from '@flambeau/optim';
 * const w = tensor([1, 2], { requiresGrad: true });
 * w.grad = tensor([3, 4]);
 * await clipGradNorm_([w], 1).item(); // 5
 * w.grad; // [0.6, 0.8]
 * ```
 */
export function clipGradNorm_(
  params: Tensor | Iterable<Tensor>,
  maxNorm: number,
  { normType = 2, errorIfNonfinite = false }: ClipGradNormOptions = {},
): Tensor {
  checkNotNegative('clipGradNorm_', 'maxNorm', maxNorm);
  if (!(normType > 0)) {
    throw new ArgumentError(
      'clipGradNorm_',
      `invalid normType: got ${normType}, expected a number > 0 or Infinity.`,
      { normType },
    );
  }
  const grads = gradsOf(params);
  if (grads.length === 0) return zeros([]);
  const clip = (): Tensor => {
    const norm = totalNorm(grads, normType);
    if (errorIfNonfinite && !Number.isFinite(norm.itemSync())) {
      throw new ValueError(
        'clipGradNorm_',
        `the norm of the gradients is not finite: got ${norm.itemSync()}, expected a number. Lower the learning rate, or look for the op that overflows.`,
      );
    }
    const scale = norm.add(1e-6).reciprocal().mul(maxNorm).clamp(null, 1);
    for (const g of grads) g.mul_(scale.to(g.device));
    return norm;
  };
  return noGrad(() => withScope(false, clip, (made, norm) => releaseExcept(made, new Set([norm]))));
}

/** The norm of all gradients together, on the device of the first. */
function totalNorm(grads: readonly Tensor[], order: number): Tensor {
  const { device } = grads[0] as Tensor;
  const part = (g: Tensor): Tensor => {
    if (order === Infinity) return g.abs().amax();
    return (order === 2 ? g.square() : g.abs().pow(order)).sum();
  };
  const parts = grads.map((g) => part(g).to(device));
  if (order === Infinity) return parts.reduce((a, b) => a.maximum(b));
  const sum = parts.reduce((a, b) => a.add(b));
  return order === 2 ? sum.sqrt() : sum.pow(1 / order);
}

/**
 * Limits every element of the gradients to [−clipValue, clipValue], in place.
 *
 * @param params - tensors with gradients; those without are left out.
 * @param clipValue - ≥ 0.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_value_.html
 *
 * @example
 * ```ts
 * import { tensor } from '@flambeau/core';
 * import { clipGradValue_ } from '@flambeau/optim';
 * const w = tensor([1, 2], { requiresGrad: true });
 * w.grad = tensor([3, -0.5]);
 * clipGradValue_([w], 1);
 * w.grad; // [1, -0.5]
 * ```
 */
export function clipGradValue_(params: Tensor | Iterable<Tensor>, clipValue: number): void {
  checkNotNegative('clipGradValue_', 'clipValue', clipValue);
  noGrad(() => {
    for (const g of gradsOf(params)) g.clamp_(-clipValue, clipValue);
  });
}
