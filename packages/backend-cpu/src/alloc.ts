import type { DType, TypedArray } from '@flambeau/core/functional';
import { allocTyped, DTYPES } from '@flambeau/core/functional';

/** Bytes of memory that small blocks share: little, since it lives as long as any of them. */
const SHARED = 8192;
/** V8 keeps arrays up to this size on its own heap: they are cheap as they are. */
const ON_HEAP = 64;
const MOST = SHARED / 8;

let shared = new ArrayBuffer(SHARED);
let used = 0;

/**
 * Memory for a block. Small ones are cut from a shared piece: an ArrayBuffer each costs several times as much as the
 * arithmetic on it (measured: 0.4 µs against 0.06 µs for 32 floats).
 */
export function allocBlock(dtype: DType, length: number): TypedArray {
  const size = length * DTYPES[dtype].bytes;
  if (size <= ON_HEAP || size > MOST) return allocTyped(dtype, length);
  if (used + size > SHARED) {
    shared = new ArrayBuffer(SHARED);
    used = 0;
  }
  const at = used;
  used += (size + 7) & -8;
  switch (dtype) {
    case 'float32':
      return new Float32Array(shared, at, length);
    case 'float64':
      return new Float64Array(shared, at, length);
    case 'int32':
      return new Int32Array(shared, at, length);
    case 'int8':
      return new Int8Array(shared, at, length);
    case 'uint8':
    case 'bool':
      return new Uint8Array(shared, at, length);
  }
}
