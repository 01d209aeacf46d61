// How a value that holds tensors is written as JSON: what JSON has stands for itself, everything else is an object with one
// key that says what it is.
import type { Tensor } from '@flambeau/core';
import { isTensor } from '@flambeau/core';
import type { ArrayType, FileDType } from './file-dtype.ts';
import { SerializationError } from './serialization-error.ts';
import { quote } from './text.ts';

/** Arrays beside tensors that a checkpoint can hold. */
interface ArrayTypes {
  Float32Array: Float32Array;
  Float64Array: Float64Array;
  Int8Array: Int8Array;
  Uint8Array: Uint8Array;
  Uint8ClampedArray: Uint8ClampedArray;
  Int16Array: Int16Array;
  Uint16Array: Uint16Array;
  Int32Array: Int32Array;
  Uint32Array: Uint32Array;
  BigInt64Array: BigInt64Array;
  BigUint64Array: BigUint64Array;
}

/** Name of an array type that a checkpoint can hold. */
export type ArrayKind = keyof ArrayTypes;

/** An array that a checkpoint can hold. */
export type StorableArray = ArrayTypes[ArrayKind];

/** The array types, with the element type that each is stored as. */
export const ARRAYS: {
  readonly [K in ArrayKind]: { readonly type: ArrayType<ArrayTypes[K]>; readonly dtype: FileDType };
} = {
  Float32Array: { type: Float32Array, dtype: 'F32' },
  Float64Array: { type: Float64Array, dtype: 'F64' },
  Int8Array: { type: Int8Array, dtype: 'I8' },
  Uint8Array: { type: Uint8Array, dtype: 'U8' },
  Uint8ClampedArray: { type: Uint8ClampedArray, dtype: 'U8' },
  Int16Array: { type: Int16Array, dtype: 'I16' },
  Uint16Array: { type: Uint16Array, dtype: 'U16' },
  Int32Array: { type: Int32Array, dtype: 'I32' },
  Uint32Array: { type: Uint32Array, dtype: 'U32' },
  BigInt64Array: { type: BigInt64Array, dtype: 'I64' },
  BigUint64Array: { type: BigUint64Array, dtype: 'U64' },
};

/** Deepest nesting of a value. */
export const MAX_LEVELS = 100;
/** Longest decimal form of a bigint. */
const MAX_DIGITS = 1000;
const NUMBERS: ReadonlyMap<string, number> = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
  ['-0', -0],
]);

/** The kind of array that a value is, if it is one. */
export function arrayKindOf(value: unknown): ArrayKind | undefined {
  const name = Object.prototype.toString.call(value).slice(8, -1);
  return ArrayBuffer.isView(value) && Object.hasOwn(ARRAYS, name) ? (name as ArrayKind) : undefined;
}

/** Takes tensors and arrays out of a value while it is written, and gives each a name. */
export interface Outlet {
  tensor(path: string, x: Tensor): string;
  array(path: string, values: StorableArray): string;
}

/**
 * The JSON form of a value.
 *
 * @throws {@link SerializationError} naming the place of what cannot be written.
 */
export function toStructure(op: string, value: unknown, outlet: Outlet): unknown {
  const open = new Set<object>();
  const visit = (at: unknown, path: string): unknown => {
    if (at === null || typeof at === 'boolean' || typeof at === 'string') return at;
    if (typeof at === 'number')
      return Number.isFinite(at) && !Object.is(at, -0)
        ? at
        : { number: Object.is(at, -0) ? '-0' : String(at) };
    if (typeof at === 'bigint') return { bigint: digits(op, path, at) };
    if (typeof at !== 'object') throw unwritable(op, path, typeof at);
    if (isTensor(at)) return { tensor: outlet.tensor(path, at) };
    const kind = arrayKindOf(at);
    if (kind) return { [kind]: outlet.array(path, at as StorableArray) };
    if (!Array.isArray(at) && !isPlain(at))
      throw unwritable(op, path, Object.prototype.toString.call(at).slice(8, -1));
    if (open.has(at))
      throw new SerializationError(op, `${place(path)} contains itself: expected a value without cycles.`, {
        path,
      });
    if (open.size === MAX_LEVELS)
      throw new SerializationError(
        op,
        `${place(path)} is nested too deep: expected at most ${MAX_LEVELS} levels.`,
        { path },
      );
    open.add(at);
    const inside = (key: string): string => (path === '' ? key : `${path}/${key}`);
    const result = Array.isArray(at)
      ? Array.from(at, (item, i) => visit(item, inside(String(i))))
      : {
          object: Object.fromEntries(
            Object.entries(at).map(([key, item]) => [key, visit(item, inside(key))]),
          ),
        };
    open.delete(at);
    return result;
  };
  return visit(value, '');
}

const place = (path: string): string => (path === '' ? 'the value' : quote(path));

function unwritable(op: string, path: string, what: string): SerializationError {
  return new SerializationError(
    op,
    `${place(path)} cannot be written: got ${what}, expected a tensor, typed array, number, bigint, string, boolean, null, array or plain object. Write its parts instead.`,
    { path },
  );
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function digits(op: string, path: string, value: bigint): string {
  const text = String(value);
  if (text.length > MAX_DIGITS)
    throw new SerializationError(
      op,
      `${place(path)} is too large: got a bigint of ${text.length} digits, expected at most ${MAX_DIGITS}.`,
      { path },
    );
  return text;
}

/** Gives back the tensors and arrays of a file by name. */
export interface Inlet {
  tensor(name: string): Tensor;
  array(kind: ArrayKind, name: string): StorableArray;
}

/**
 * The value of a JSON form, made by {@link toStructure}.
 *
 * @throws {@link SerializationError} on any other form.
 */
export function fromStructure(op: string, structure: unknown, inlet: Inlet): unknown {
  const visit = (at: unknown): unknown => {
    if (typeof at !== 'object' || at === null) return at;
    if (Array.isArray(at)) return at.map(visit);
    const [[tag, content] = ['', undefined], ...more] = Object.entries(at);
    if (more.length > 0) throw invalid(op, 'an object with several keys');
    if (tag === 'object' && typeof content === 'object' && content !== null && !Array.isArray(content)) {
      return Object.fromEntries(Object.entries(content).map(([key, item]) => [key, visit(item)]));
    }
    if (typeof content !== 'string') throw invalid(op, `${quote(tag)} with ${typeof content}`);
    if (tag === 'tensor') return inlet.tensor(content);
    if (Object.hasOwn(ARRAYS, tag)) return inlet.array(tag as ArrayKind, content);
    if (tag === 'number' && NUMBERS.has(content)) return NUMBERS.get(content);
    if (tag === 'bigint' && content.length <= MAX_DIGITS && /^-?\d+$/.test(content)) return BigInt(content);
    throw invalid(op, `${quote(tag)} with ${quote(content)}`);
  };
  return visit(structure);
}

function invalid(op: string, what: string): SerializationError {
  return new SerializationError(
    op,
    `the checkpoint's structure is invalid: got ${what}, expected what saveCheckpoint writes. Is the file damaged, or from a later version?`,
  );
}
