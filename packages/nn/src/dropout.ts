import {
  ArgumentError,
  defineMap,
  type MapFunction,
  type ScalarNode,
  s,
  type Tensor,
  uniformMask,
} from '@flambeau/core';
import { markOwned } from './forward.ts';
import { Module } from './module.ts';

/** x·scale where u ≥ p, else x·0, so that NaN stays NaN. */
const dropped: MapFunction = /*#__PURE__*/ defineMap('dropout', 4, (...operands) => {
  const [x, u, p, scale] = operands as [ScalarNode, ScalarNode, ScalarNode, ScalarNode];
  return s.mul(x, s.select(s.lt(u, p), 0, scale));
});

/**
 * Zeroes elements at random while training and scales the others by 1/(1 − p); does nothing in evaluation. Any shape.
 *
 * The masks come from a stream that is the same on every device and follows `manualSeed`, but is not PyTorch's.
 *
 * @throws {@link ArgumentError} unless p is in [0, 1].
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.Dropout.html
 *
 * @example
 * ```ts
 * import { ones } from '@flambeau/core';
 * import { Dropout } from '@flambeau/nn';
 * new Dropout(0.5).eval().forward(ones([3])); // [1, 1, 1]
 * ```
 */
export class Dropout extends Module {
  static {
    markOwned(Dropout);
  }

  /** The probability that an element is zeroed, in [0, 1]. */
  readonly p: number;

  constructor(p = 0.5) {
    super();
    if (!(p >= 0 && p <= 1))
      throw new ArgumentError('Dropout', `not a probability: got ${p}, expected 0 ≤ p ≤ 1.`, { p });
    this.p = p;
  }

  forward(x: Tensor): Tensor {
    const { p } = this;
    if (!this.training || p === 0) return x;
    return dropped(x, uniformMask(x.shape, x.device), p, p === 1 ? 0 : 1 / (1 - p));
  }

  override extraRepr(): string {
    return `p=${this.p}`;
  }
}
