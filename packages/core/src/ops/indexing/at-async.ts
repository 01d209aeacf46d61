import type { TypedArray } from '../../dtype.ts';
import { composed } from '../../memory/composed.ts';
import { readData } from '../../read.ts';
import { runtime } from '../../runtime.ts';
import { isTensor, type Tensor } from '../../tensor.ts';
import { AT, type Index, pick, put, SET_AT } from '../at.ts';

/** Reads the masks among indices, then runs with them, recorded if the caller was. */
async function withMasks<T>(
  indices: readonly Index[],
  run: (masks: ReadonlyMap<Tensor, TypedArray>) => T,
): Promise<T> {
  const { gradMode } = runtime;
  const masks = indices.filter((index): index is Tensor => isTensor(index) && index.dtype === 'bool');
  const data = await Promise.all(masks.map(readData));
  const outer = runtime.gradMode;
  runtime.gradMode = gradMode;
  try {
    return run(new Map(masks.map((mask, i) => [mask, data[i] as TypedArray])));
  } finally {
    runtime.gradMode = outer;
  }
}

/**
 * {@link at} on every device: masks among the indices are read asynchronously.
 *
 * @throws as {@link at}.
 *
 * @example
 * ```ts
 * import { atAsync, tensor } from '@flambeau/core';
 * const x = tensor([3, -1, 2]);
 * await atAsync(x, [x.gt(0)]); // [3, 2]
 * ```
 */
export function atAsync(x: Tensor, indices: readonly Index[]): Promise<Tensor> {
  return withMasks(indices, (masks) => pick(x, indices, { ...AT, masks }));
}

/** {@link setAt} on every device: masks among the indices are read asynchronously. The write happens after that. */
export function setAtAsync(x: Tensor, indices: readonly Index[], value: Tensor | number): Promise<Tensor> {
  return withMasks(indices, (masks) =>
    composed(x.device, () => put(x, indices, value, { ...SET_AT, masks })),
  );
}
