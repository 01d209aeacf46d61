import type { Backend, DType, FusedOps, KernelTable, TypedArray } from '@flambeau/core/functional';
import { copyStrided, fill } from './kernels/copy.ts';
import { gather, scatterAdd } from './kernels/indexing.ts';
import { scalarFunctions } from './kernels/map/loops.ts';

const DTYPES: readonly DType[] = ['float32', 'float64', 'int32', 'uint8', 'int8', 'bool'];

const readSync = (block: unknown, _dtype: DType, offset: number, length: number): TypedArray =>
  (block as TypedArray).slice(offset, offset + length);

/** What the devices of this package differ in. */
export interface Variant extends Pick<Backend, 'name' | 'alloc'> {
  readonly kernels: Pick<KernelTable, 'map' | 'matmul' | 'sum' | 'amax' | 'argmax' | keyof FusedOps>;
}

/** A backend over typed arrays. Core lowers the ops that it is given no kernel for. */
export function createBackend({ name, alloc, kernels }: Variant): Backend {
  return {
    name,
    capabilities: { syncRead: true, fuse: true, defer: false, explicitMemory: false, dtypes: DTYPES },
    kernels: { copyStrided, fill, gather, scatterAdd, ...kernels },
    alloc,
    release: () => {},
    write: (block, data) => (block as TypedArray).set(data),
    read: (...place) => Promise.resolve(readSync(...place)),
    readSync,
    scalarFunctions,
    report: () => ({ engine: 'plain JavaScript', threads: 1 }),
  };
}
