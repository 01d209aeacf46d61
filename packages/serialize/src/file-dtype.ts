import type { DType, TypedArray } from '@flambeau/core';
import { SerializationError } from './serialization-error.ts';
import { quote } from './text.ts';

/** Name of an element type in a file. */
export type FileDType =
  | 'BOOL'
  | 'U8'
  | 'I8'
  | 'I16'
  | 'U16'
  | 'F16'
  | 'BF16'
  | 'I32'
  | 'U32'
  | 'F32'
  | 'F64'
  | 'I64'
  | 'U64';

/** Element types of safetensors files that are understood, with their bytes, in the format's order. */
export const FILE_DTYPES: Readonly<Record<FileDType, number>> = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  I16: 2,
  U16: 2,
  F16: 2,
  BF16: 2,
  I32: 4,
  U32: 4,
  F32: 4,
  F64: 8,
  I64: 8,
  U64: 8,
};

/** How tensors are written. */
export const fileDTypeOf: Readonly<Record<DType, FileDType>> = {
  float32: 'F32',
  float64: 'F64',
  int32: 'I32',
  uint8: 'U8',
  int8: 'I8',
  bool: 'BOOL',
};

/** A constructor of typed arrays. */
export interface ArrayType<T> {
  new (buffer: ArrayBufferLike, offset: number, length: number): T;
  readonly BYTES_PER_ELEMENT: number;
}

/** An array over the bytes, in place where they are aligned. */
export function viewAs<T>(type: ArrayType<T>, bytes: Uint8Array): T {
  const size = type.BYTES_PER_ELEMENT;
  const aligned = bytes.byteOffset % size === 0 ? bytes : bytes.slice();
  return new type(aligned.buffer, aligned.byteOffset, bytes.length / size);
}

/** The values of a stored tensor, and the dtype they take: wide integers become int32, short floats float32. */
export function decode(
  op: string,
  name: string,
  dtype: FileDType,
  bytes: Uint8Array,
): { values: TypedArray; dtype: DType } {
  switch (dtype) {
    case 'F32':
      return { values: viewAs(Float32Array, bytes), dtype: 'float32' };
    case 'F64':
      return { values: viewAs(Float64Array, bytes), dtype: 'float64' };
    case 'I32':
      return { values: viewAs(Int32Array, bytes), dtype: 'int32' };
    case 'U8':
      return { values: bytes, dtype: 'uint8' };
    case 'I8':
      return { values: viewAs(Int8Array, bytes), dtype: 'int8' };
    case 'BOOL':
      return { values: checkedBool(op, name, bytes), dtype: 'bool' };
    case 'I64':
      return { values: narrowed(op, name, viewAs(Int32Array, bytes)), dtype: 'int32' };
    case 'F16':
      return { values: Float32Array.from(viewAs(Uint16Array, bytes), float16), dtype: 'float32' };
    case 'BF16':
      return { values: widened(viewAs(Uint16Array, bytes)), dtype: 'float32' };
    default:
      throw new SerializationError(
        op,
        `tensor ${quote(name)} has an unsupported dtype: got ${dtype}, expected F32, F64, F16, BF16, I64, I32, I8, U8 or BOOL. Convert it before saving.`,
        { name, dtype },
      );
  }
}

function checkedBool(op: string, name: string, bytes: Uint8Array): Uint8Array {
  const bad = bytes.findIndex((value) => value > 1);
  if (bad >= 0) {
    throw new SerializationError(
      op,
      `tensor ${quote(name)} is not bool: got ${bytes[bad]} at position ${bad}, expected 0 or 1.`,
      { name, position: bad },
    );
  }
  return bytes;
}

/** int64 values, given as pairs of words, as int32. */
function narrowed(op: string, name: string, words: Int32Array): Int32Array {
  const out = new Int32Array(words.length / 2);
  for (let i = 0; i < out.length; i++) {
    const low = words[2 * i] as number;
    const high = words[2 * i + 1] as number;
    if (high !== low >> 31) {
      const value = (BigInt(high) << 32n) | BigInt(low >>> 0);
      throw new SerializationError(
        op,
        `tensor ${quote(name)} does not fit int32: got ${value} at position ${i}, expected −2^31 to 2^31 − 1.`,
        { name, position: i, value },
      );
    }
    out[i] = low;
  }
  return out;
}

/** int32 values as int64, in words. */
export function widenToInt64(values: Int32Array): Uint8Array {
  const words = new Int32Array(values.length * 2);
  values.forEach((value, i) => {
    words[2 * i] = value;
    words[2 * i + 1] = value >> 31;
  });
  return new Uint8Array(words.buffer);
}

/** The value of an IEEE 754 half: sign, 5 bits of exponent, 10 of fraction. */
function float16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** bfloat16 values: the upper halves of float32. */
function widened(halves: Uint16Array): Float32Array {
  return new Float32Array(Uint32Array.from(halves, (half) => half << 16).buffer);
}
