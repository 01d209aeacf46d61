import type { Device, Tensor, TypedArray } from '@flambeau/core';
import { fromTyped, isTensor } from '@flambeau/core';
import type { Metadata, StoredTensor } from './container.ts';
import { bytesOf, readContainer, writeContainer } from './container.ts';
import { decode, fileDTypeOf, widenToInt64 } from './file-dtype.ts';
import { SerializationError } from './serialization-error.ts';
import { quote } from './text.ts';

/** Options of {@link saveSafetensors}. */
export interface SaveSafetensorsOptions {
  /** Texts to keep beside the tensors. */
  readonly metadata?: Metadata;
  /** Names of int32 tensors to write as int64, as {@link loadSafetensors} found them; others are ignored. */
  readonly int64Keys?: Iterable<string>;
}

/** Options of {@link loadSafetensors}. */
export interface LoadSafetensorsOptions {
  /** Where the tensors are made. Default: the default device. */
  readonly device?: Device;
}

/** What a safetensors file holds; {@link saveSafetensors} takes it back as `saveSafetensors(file.tensors, file)`. */
export interface SafetensorsFile {
  readonly tensors: Record<string, Tensor>;
  readonly metadata: Metadata;
  /** Names of the tensors that are int64 in the file and int32 here. */
  readonly int64Keys: readonly string[];
}

/** The values of a tensor as they are stored. The read is under way when this returns: later writes are not seen. */
export async function storedBytes(x: Tensor): Promise<Uint8Array> {
  const data = await x.data();
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/**
 * Writes tensors as a safetensors file: the values at the time of the call.
 *
 * float32, float64, int32, uint8, int8 and bool are stored as they are. The names keep their order.
 *
 * @param tensors - by name; for instance a state dict.
 * @returns the bytes of the file.
 * @throws {@link SerializationError} when a value is not a tensor, or a name or text cannot be written.
 * @remarks Source: https://github.com/huggingface/safetensors#format
 *
 * @example
 * ```ts
 * import { rand } from '@flambeau/core';
 * import { loadSafetensors, saveSafetensors } from '@flambeau/serialize';
 * const bytes = await saveSafetensors({ weight: rand([2, 3]) }, { metadata: { epoch: '7' } });
 * loadSafetensors(bytes).tensors['weight']?.shape; // [2, 3]
 * ```
 */
export async function saveSafetensors(
  tensors: Readonly<Record<string, Tensor>>,
  { metadata = {}, int64Keys = [] }: SaveSafetensorsOptions = {},
): Promise<Uint8Array> {
  const wide = new Set(int64Keys);
  const stored = await Promise.all(
    Object.entries(tensors).map(async ([name, x]): Promise<StoredTensor> => {
      if (!isTensor(x)) {
        throw new SerializationError(
          'saveSafetensors',
          `${quote(name)} is not a tensor: got ${x === null ? 'null' : typeof x}, expected a tensor. Use saveCheckpoint for other values.`,
          { name },
        );
      }
      const { shape } = x;
      if (!wide.has(name)) return { name, dtype: fileDTypeOf[x.dtype], shape, bytes: await storedBytes(x) };
      if (x.dtype !== 'int32') {
        throw new SerializationError(
          'saveSafetensors',
          `${quote(name)} cannot be written as int64: got ${x.dtype}, expected int32.`,
          { name, dtype: x.dtype },
        );
      }
      return { name, dtype: 'I64', shape, bytes: widenToInt64((await x.data()) as Int32Array) };
    }),
  );
  return writeContainer('saveSafetensors', { tensors: stored, metadata });
}

/** A stored tensor on a device. */
export function toTensor(
  op: string,
  { name, dtype, shape, bytes }: StoredTensor,
  { device }: LoadSafetensorsOptions,
): Tensor {
  const decoded: { values: TypedArray; dtype: Tensor['dtype'] } = decode(op, name, dtype, bytes);
  return fromTyped(decoded.values, shape, { dtype: decoded.dtype, ...(device && { device }) });
}

/**
 * Reads a safetensors file. Nothing in it is trusted: sizes and places are checked before anything is made.
 *
 * int64 is read into int32 with a range check and named in `int64Keys`; float16 and bfloat16 become float32 (and are
 * written back as that).
 *
 * @param data - the bytes of the whole file; they are copied.
 * @throws {@link SerializationError} when the file does not follow the format, holds other dtypes, or an int64 value
 * beyond int32.
 * @remarks Source: https://github.com/huggingface/safetensors#format
 *
 * @example
 * ```ts
 * import { ones } from '@flambeau/core';
 * import { loadSafetensors, saveSafetensors } from '@flambeau/serialize';
 * const file = await saveSafetensors({ w: ones([2]) });
 * const { tensors, metadata } = loadSafetensors(file);
 * tensors['w']; // [1, 1]
 * ```
 */
export function loadSafetensors(
  data: Uint8Array | ArrayBuffer,
  options: LoadSafetensorsOptions = {},
): SafetensorsFile {
  const op = 'loadSafetensors';
  const { tensors, metadata } = readContainer(op, bytesOf(op, data));
  return {
    tensors: Object.fromEntries(tensors.map((stored) => [stored.name, toTensor(op, stored, options)])),
    metadata,
    int64Keys: tensors.filter(({ dtype }) => dtype === 'I64').map(({ name }) => name),
  };
}
