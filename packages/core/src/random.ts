import type { Device } from './device.ts';
import { getDefaultDevice } from './device.ts';
import { dispatchOne } from './dispatch/dispatch.ts';
import { ArgumentError } from './errors.ts';
import { randomUniformOp } from './ops/create-ops.ts';
import type { Generator } from './random/index.ts';
import { Mt19937, seedWords } from './random/index.ts';
import { runtime } from './runtime.ts';
import { checkShape, sizeOf } from './shape.ts';
import type { Tensor } from './tensor.ts';

/** The process's generator: PyTorch's mt19937. Seeded at random until {@link manualSeed} is called. */
export function defaultGenerator(): Generator {
  runtime.generator ??= new Mt19937(Math.floor(Math.random() * 2 ** 32));
  return runtime.generator;
}

/**
 * Seeds all random numbers: those of PyTorch's CPU generator (`rand`, `randn`, `randperm`, initialisers, shuffles),
 * and the stream of device masks (dropout).
 *
 * @param seed - an integer; negative ones count from 2⁶⁴ as in PyTorch.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.manual_seed.html. Masks drawn on a device do not
 * advance the generator, so numbers after a dropout differ from PyTorch's.
 *
 * @example
 * ```ts
 * import { manualSeed, rand } from '@flambeau/core';
 * manualSeed(0);
 * await rand([2]).toArray(); // [0.4963, 0.7682], as in PyTorch
 * ```
 */
export function manualSeed(seed: number | bigint): Generator {
  const generator = defaultGenerator();
  generator.seed(seed);
  runtime.maskOffset = 0;
  return generator;
}

/** Everything that later random numbers depend on. */
export interface RngState {
  /** PyTorch's 5056-byte generator state. */
  readonly generator: Uint8Array;
  /** How many mask elements have been drawn on devices. */
  readonly maskOffset: number;
}

/** The present state of all random numbers, for resuming exactly. */
export function getRngState(): RngState {
  return { generator: defaultGenerator().getState(), maskOffset: runtime.maskOffset };
}

/** Restores a state from {@link getRngState}. */
export function setRngState(state: RngState): void {
  if (!Number.isSafeInteger(state.maskOffset) || state.maskOffset < 0) {
    throw new ArgumentError(
      'setRngState',
      `invalid maskOffset: got ${state.maskOffset}, expected a non-negative integer.`,
    );
  }
  defaultGenerator().setState(state.generator);
  runtime.maskOffset = state.maskOffset;
}

/**
 * Uniform float32 numbers in [0, 1), drawn on the device from Threefry-2x32: the same stream on every device, apart from
 * the generator's. What dropout uses.
 */
export function uniformMask(shape: readonly number[], device: Device = getDefaultDevice()): Tensor {
  const size = sizeOf(checkShape('uniformMask', shape));
  const [key0, key1] = seedWords(defaultGenerator().initialSeed);
  const offset = runtime.maskOffset;
  runtime.maskOffset += size;
  return dispatchOne(randomUniformOp, [], { device, shape, dtype: 'float32', key0, key1, offset });
}
