import type { Device, DType, Tensor } from '@flambeau/core';
import { ArgumentError } from '@flambeau/core';
import { calculateFanInAndFanOut, kaimingUniform_, uniform_ } from './init.ts';

/** Where the parameters of a layer are made. */
export interface FactoryOptions {
  /** Default: the default device. */
  readonly device?: Device;
  /** Default float32. */
  readonly dtype?: DType;
}

/** Checks a size that a layer is made with. @throws {@link ArgumentError} unless it is an integer of at least `least`. */
export function checkSize(layer: string, name: string, value: number, least = 1): number {
  if (Number.isInteger(value) && value >= least) return value;
  throw new ArgumentError(layer, `invalid ${name}: got ${value}, expected an integer of at least ${least}.`, {
    [name]: value,
  });
}

/** PyTorch's initial values of linear and convolution layers: the weight's draws come before the bias's. */
export function initWeightAndBias(weight: Tensor, bias: Tensor | null): void {
  kaimingUniform_(weight, { a: Math.sqrt(5) });
  if (!bias) return;
  const [fanIn] = calculateFanInAndFanOut(weight);
  const bound = fanIn > 0 ? 1 / Math.sqrt(fanIn) : 0;
  uniform_(bias, -bound, bound);
}
