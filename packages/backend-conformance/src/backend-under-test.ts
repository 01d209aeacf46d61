import type { Device, DType } from '@flambeau/core';
import type { SampledName } from './functions.ts';
import type { Tolerances } from './samples/spec.ts';

/**
 * What is looked at:
 * - `forward`, `backward`: values, dtypes and shapes against PyTorch's;
 * - `layouts`: both again with every tensor transposed, strided, reversed, and not at the start of its memory;
 * - `differences`, `double`: first and second derivatives against central differences, in float64; second ones in
 *   float32 against those in float64;
 * - `lowered`: forward and backward again on a device whose optional kernels are removed, and that both give the same;
 * - `primitives`: the required kernels against plain float64 loops of this package;
 * - `errors`: class and message of what must be refused;
 * - `lifetimes`: on devices with explicit memory, that nothing is left behind;
 * - `storage`: memory below the ops;
 * - `reached`: that the samples which stand for an op really run it;
 * - `training`: that small networks learn as they do in PyTorch, in memory that does not grow.
 */
export type Check =
  | 'forward'
  | 'backward'
  | 'layouts'
  | 'differences'
  | 'double'
  | 'lowered'
  | 'errors'
  | 'lifetimes'
  | 'storage'
  | 'primitives'
  | 'reached'
  | 'training';

/** What a line of the matrix is about: values, gradients, second derivatives. */
export type Direction = 'forward' | 'backward' | 'double';

/** Cases by what they have in common; at least one field, all of which must match exactly. */
export interface CaseSelector {
  /** A function, a method (`Tensor.add_`), an op for `reached`, a topic for `storage`, a network for `training`. */
  readonly subject?: string;
  readonly dtype?: DType;
  readonly check?: Check;
  /** One case, as failures show it: `add([2, 3], [3])`. */
  readonly title?: string;
}

/** Cases that are treated apart, and why. */
export interface Selection {
  readonly reason: string;
  readonly cases: readonly CaseSelector[];
}

/** A backend, and what is known about it. */
export interface BackendUnderTest {
  readonly name: string;
  /** Makes the device; called once. */
  readonly create: () => Device | Promise<Device>;
  /** A device with float64 that second derivatives are compared with, where the backend has no float64 of its own. */
  readonly reference?: () => Device | Promise<Device>;
  /** Tolerances instead of the samples', by function; `*` stands for all others. */
  readonly tolerance?: Readonly<Partial<Record<SampledName | '*', Tolerances>>>;
  /** Cases that are not run. */
  readonly skip?: readonly Selection[];
  /** Cases that are known to fail: one that passes fails the run. */
  readonly xfail?: readonly Selection[];
}
