/** Element types of tensors. */
export type DType = 'float32' | 'float64' | 'int32' | 'uint8' | 'int8' | 'bool';

/** The typed array that holds elements of a dtype; `bool` is a `Uint8Array` of zeros and ones. */
export interface TypedArrayOf {
  float32: Float32Array;
  float64: Float64Array;
  int32: Int32Array;
  uint8: Uint8Array;
  int8: Int8Array;
  bool: Uint8Array;
}

/** Any typed array that can hold tensor elements. */
export type TypedArray = TypedArrayOf[DType];

/** The type in which a scalar expression computes: small integers compute as int32 and wrap when stored. */
export type ComputeType = 'float32' | 'float64' | 'int32' | 'bool';

/** What core needs to know about a dtype. */
export interface DTypeInfo {
  /** A small number, for table lookups. */
  readonly code: number;
  readonly bytes: number;
  /** Position in PyTorch's promotion order: bool < integers < floats. */
  readonly category: 0 | 1 | 2;
  readonly compute: ComputeType;
}

/** All dtypes with their properties. */
export const DTYPES: Readonly<Record<DType, DTypeInfo>> = {
  float32: { code: 0, bytes: 4, category: 2, compute: 'float32' },
  float64: { code: 1, bytes: 8, category: 2, compute: 'float64' },
  int32: { code: 2, bytes: 4, category: 1, compute: 'int32' },
  uint8: { code: 3, bytes: 1, category: 1, compute: 'int32' },
  int8: { code: 4, bytes: 1, category: 1, compute: 'int32' },
  bool: { code: 5, bytes: 1, category: 0, compute: 'bool' },
};

/** True for `float32` and `float64`. */
export function isFloat(dtype: DType): boolean {
  return DTYPES[dtype].category === 2;
}

/** A new zero-filled typed array for a dtype. */
export function allocTyped(dtype: DType, length: number): TypedArray {
  switch (dtype) {
    case 'float32':
      return new Float32Array(length);
    case 'float64':
      return new Float64Array(length);
    case 'int32':
      return new Int32Array(length);
    case 'int8':
      return new Int8Array(length);
    case 'uint8':
    case 'bool':
      return new Uint8Array(length);
  }
}

/** The dtype of a typed array, or undefined for array types that tensors do not hold. */
export function dtypeOfTyped(data: ArrayBufferView): DType | undefined {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof Float64Array) return 'float64';
  if (data instanceof Int32Array) return 'int32';
  if (data instanceof Uint8Array || data instanceof Uint8ClampedArray) return 'uint8';
  if (data instanceof Int8Array) return 'int8';
  return undefined;
}

/**
 * The dtype of a result that mixes two dtypes, by PyTorch's rules for tensors of one or more dimensions:
 * the higher category wins (bool < integer < float); uint8 with int8 gives int32, as PyTorch gives int16.
 *
 * @remarks Source: https://pytorch.org/docs/stable/tensor_attributes.html#type-promotion-doc
 */
export function promoteTypes(a: DType, b: DType): DType {
  if (a === b) return a;
  const A = DTYPES[a];
  const B = DTYPES[b];
  if (A.category !== B.category) return A.category > B.category ? a : b;
  if (A.category === 2) return 'float64';
  return 'int32';
}
