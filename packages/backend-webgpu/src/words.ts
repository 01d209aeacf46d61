import type { DType, TypedArray } from '@flambeau/core/functional';
import { allocTyped } from '@flambeau/core/functional';

/** How an element is stored: every dtype takes one 32-bit word. */
export type WordType = 'f32' | 'i32';

/** Bytes of a word. */
export const WORD = 4;

/** The word type of a dtype. Small integers and bool are widened. */
export function wordType(dtype: DType): WordType {
  return dtype === 'float32' ? 'f32' : 'i32';
}

/** Host values as words, in memory that may be handed on. */
export function toWords(data: TypedArray): Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer> {
  return data instanceof Float32Array ? Float32Array.from(data) : Int32Array.from(data);
}

/** Words as host values of a dtype. */
export function fromWords(words: ArrayBuffer, dtype: DType): TypedArray {
  if (dtype === 'float32') return new Float32Array(words);
  const integers = new Int32Array(words);
  if (dtype === 'int32') return integers;
  const out = allocTyped(dtype, integers.length);
  out.set(integers);
  return out;
}

/** The bits of a float32. */
export function bitsOf(value: number): number {
  return new Int32Array(Float32Array.of(value).buffer)[0] as number;
}
