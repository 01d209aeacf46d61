import type { DType, TypedArray } from '@flambeau/core';
import { allocTyped, DTYPES } from '@flambeau/core';
import type { HostTensor } from './evaluate.ts';

/** Host names beyond the language. */
declare const atob: (text: string) => string;

/** What PyTorch gave for a case. */
export interface GoldenValue {
  readonly outputs: readonly HostTensor[];
  /** By float input; null where PyTorch gives none. */
  readonly gradients: readonly (HostTensor | null)[];
}

/** A file of golden values: cases by key, as text. */
export interface GoldenFile {
  /** The version of PyTorch that computed them. */
  readonly torch: string;
  readonly cases: Readonly<Record<string, string>>;
}

const CODES: Readonly<Record<string, DType>> = {
  f4: 'float32',
  f8: 'float64',
  i4: 'int32',
  u1: 'uint8',
  i1: 'int8',
  b1: 'bool',
};

/** Reads `code|sizes|base64`. */
export function decodeTensor(text: string): HostTensor {
  const [code = '', sizes = '', base64 = ''] = text.split('|');
  const dtype = CODES[code];
  if (!dtype)
    throw new TypeError(
      `golden value: got dtype code '${code}', expected one of ${Object.keys(CODES).join(', ')}`,
    );
  const shape = sizes === '' ? [] : sizes.split(',').map(Number);
  return { dtype, shape, data: decodeValues(base64, dtype) };
}

/** Reads `outputs;gradients`, each separated by spaces; `-` stands for no gradient. */
export function decodeGolden(text: string): GoldenValue {
  const [outputs = '', gradients = ''] = text.split(';');
  const words = (part: string): string[] => part.split(' ').filter((word) => word !== '');
  return {
    outputs: words(outputs).map(decodeTensor),
    gradients: words(gradients).map((word) => (word === '-' ? null : decodeTensor(word))),
  };
}

/** Little-endian values from base64. */
export function decodeValues(base64: string, dtype: DType): TypedArray {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  const { bytes: width } = DTYPES[dtype];
  const out = allocTyped(dtype, bytes.length / width);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < out.length; i++) out[i] = readValue(view, i * width, dtype);
  return out;
}

function readValue(view: DataView, at: number, dtype: DType): number {
  switch (dtype) {
    case 'float32':
      return view.getFloat32(at, true);
    case 'float64':
      return view.getFloat64(at, true);
    case 'int32':
      return view.getInt32(at, true);
    case 'int8':
      return view.getInt8(at);
    case 'uint8':
    case 'bool':
      return view.getUint8(at);
  }
}
