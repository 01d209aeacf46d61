import { environment, nodeMajor, setV8Flag } from '../engine/host.ts';
import { ByteWriter } from './bytes.ts';
import type { Expr } from './expression.ts';
import { instruction } from './expression.ts';

type Vector = Expr<'v128'>;
type Unary = (x: Vector) => Vector;
type Binary = (a: Vector, b: Vector) => Vector;
type Ternary = (a: Vector, b: Vector, c: Vector) => Vector;
type Table<K extends string> = Readonly<Record<K, number>>;
type All<K extends string, F> = { readonly [Name in K]: F };

const PREFIX = 0xfd;

/** A vector instruction: its number comes after a prefix, as an unsigned LEB128. */
const code = (number: number, ...immediates: readonly number[]): number[] => [
  PREFIX,
  ...new ByteWriter().unsigned(number).take(),
  ...immediates,
];

function all<K extends string, F>(table: Table<K>, make: (number: number) => F): All<K, F> {
  return Object.fromEntries(Object.entries<number>(table).map(([name, n]) => [name, make(n)])) as All<K, F>;
}

const unary =
  (n: number): Unary =>
  (x) =>
    instruction('v128', code(n), x);
const binary =
  (n: number): Binary =>
  (a, b) =>
    instruction('v128', code(n), a, b);
const ternary =
  (n: number): Ternary =>
  (a, b, c) =>
    instruction('v128', code(n), a, b, c);
const test =
  (n: number) =>
  (x: Vector): Expr<'i32'> =>
    instruction('i32', code(n), x);
const shift =
  (n: number) =>
  (x: Vector, by: Expr<'i32'>): Vector =>
    instruction('v128', code(n), x, by);
const splat =
  <T extends 'i32' | 'f32' | 'f64'>(n: number) =>
  (x: Expr<T>): Vector =>
    instruction('v128', code(n), x);
const extract =
  <T extends 'i32' | 'f32' | 'f64'>(type: T, n: number) =>
  (x: Vector, lane: number): Expr<T> =>
    instruction(type, code(n, lane), x);
const replace =
  <T extends 'i32' | 'f32' | 'f64'>(n: number) =>
  (x: Vector, lane: number, value: Expr<T>): Vector =>
    instruction('v128', code(n, lane), x, value);
const load =
  (n: number, alignment: number) =>
  (address: Expr<'i32'>, offset = 0): Vector =>
    instruction('v128', code(n, alignment, ...new ByteWriter().unsigned(offset).take()), address);

/** Lanes of bits: loads, constants, and what works on each bit. Stores are `FunctionBody.store`. */
export const v128: {
  readonly load: (address: Expr<'i32'>, offset?: number) => Vector;
  /** One element, in every lane. */
  readonly load32Splat: (address: Expr<'i32'>, offset?: number) => Vector;
  readonly load64Splat: (address: Expr<'i32'>, offset?: number) => Vector;
  /** One element in the first lane, zeros in the others. */
  readonly load32Zero: (address: Expr<'i32'>, offset?: number) => Vector;
  readonly load64Zero: (address: Expr<'i32'>, offset?: number) => Vector;
  /** A vector with one lane of 32 bits read anew. */
  readonly load32Lane: (x: Vector, lane: number, address: Expr<'i32'>, offset?: number) => Vector;
  /** Sixteen bytes. */
  readonly const: (bytes: Uint8Array) => Vector;
  readonly not: Unary;
  readonly and: Binary;
  /** a & ~b */
  readonly andnot: Binary;
  readonly or: Binary;
  readonly xor: Binary;
  /** Bits of `a` where the mask has ones, else of `b`. */
  readonly bitselect: (a: Vector, b: Vector, mask: Vector) => Vector;
  readonly anyTrue: (x: Vector) => Expr<'i32'>;
} = {
  load: load(0x00, 4),
  load32Splat: load(0x09, 2),
  load64Splat: load(0x0a, 3),
  load32Zero: load(0x5c, 2),
  load64Zero: load(0x5d, 3),
  load32Lane: (x, lane, address, offset = 0) =>
    instruction('v128', code(0x56, 2, ...new ByteWriter().unsigned(offset).take(), lane), address, x),
  const: (bytes) => instruction('v128', code(0x0c, ...bytes)),
  not: unary(0x4d),
  ...all({ and: 0x4e, andnot: 0x4f, or: 0x50, xor: 0x51 }, binary),
  bitselect: ternary(0x52),
  anyTrue: test(0x53),
};

type FloatUnary = 'abs' | 'neg' | 'sqrt' | 'ceil' | 'floor' | 'trunc' | 'nearest';
type FloatBinary = 'add' | 'sub' | 'mul' | 'div' | 'min' | 'max' | 'pmin' | 'pmax';
type FloatComparison = 'eq' | 'ne' | 'lt' | 'gt' | 'le' | 'ge';

/**
 * Lanes of floats. Comparisons give lanes of ones or zeros. `min` and `max` are those of scalars; `pmin(a, b)` is
 * b < a ? b : a, and `pmax(a, b)` a < b ? b : a.
 */
export type FloatLanes<T extends 'f32' | 'f64'> = All<FloatUnary, Unary> &
  All<FloatBinary, Binary> &
  All<FloatComparison, Binary> & {
    readonly splat: (x: Expr<T>) => Vector;
    readonly extractLane: (x: Vector, lane: number) => Expr<T>;
    /** a·b + c, rounded once or twice as the engine likes; only where it knows relaxed SIMD. */
    readonly relaxedMadd: Ternary;
    /** −a·b + c, likewise. */
    readonly relaxedNmadd: Ternary;
  };

export const f32x4: FloatLanes<'f32'> & {
  readonly replaceLane: (x: Vector, lane: number, value: Expr<'f32'>) => Vector;
  readonly convertI32x4S: Unary;
  /** The two f64 lanes, and zeros. */
  readonly demoteF64x2Zero: Unary;
} = {
  ...all({ abs: 0xe0, neg: 0xe1, sqrt: 0xe3, ceil: 0x67, floor: 0x68, trunc: 0x69, nearest: 0x6a }, unary),
  ...all(
    { add: 0xe4, sub: 0xe5, mul: 0xe6, div: 0xe7, min: 0xe8, max: 0xe9, pmin: 0xea, pmax: 0xeb },
    binary,
  ),
  ...all({ eq: 0x41, ne: 0x42, lt: 0x43, gt: 0x44, le: 0x45, ge: 0x46 }, binary),
  splat: splat<'f32'>(0x13),
  extractLane: extract('f32', 0x1f),
  replaceLane: replace<'f32'>(0x20),
  relaxedMadd: ternary(0x105),
  relaxedNmadd: ternary(0x106),
  convertI32x4S: unary(0xfa),
  demoteF64x2Zero: unary(0x5e),
};

export const f64x2: FloatLanes<'f64'> & {
  readonly replaceLane: (x: Vector, lane: number, value: Expr<'f64'>) => Vector;
  /** Of the first two lanes. */
  readonly convertLowI32x4S: Unary;
  readonly promoteLowF32x4: Unary;
} = {
  ...all({ abs: 0xec, neg: 0xed, sqrt: 0xef, ceil: 0x74, floor: 0x75, trunc: 0x7a, nearest: 0x94 }, unary),
  ...all(
    { add: 0xf0, sub: 0xf1, mul: 0xf2, div: 0xf3, min: 0xf4, max: 0xf5, pmin: 0xf6, pmax: 0xf7 },
    binary,
  ),
  ...all({ eq: 0x47, ne: 0x48, lt: 0x49, gt: 0x4a, le: 0x4b, ge: 0x4c }, binary),
  splat: splat<'f64'>(0x14),
  extractLane: extract('f64', 0x21),
  replaceLane: replace<'f64'>(0x22),
  relaxedMadd: ternary(0x107),
  relaxedNmadd: ternary(0x108),
  convertLowI32x4S: unary(0xfe),
  promoteLowF32x4: unary(0x5f),
};

type IntegerBinary = 'add' | 'sub' | 'mul' | 'minS' | 'maxS';
type IntegerComparison = 'eq' | 'ne' | 'ltS' | 'gtS' | 'leS' | 'geS';

export const i32x4: All<'abs' | 'neg', Unary> &
  All<IntegerBinary, Binary> &
  All<IntegerComparison, Binary> &
  All<'shl' | 'shrS' | 'shrU', (x: Vector, by: Expr<'i32'>) => Vector> & {
    readonly splat: (x: Expr<'i32'>) => Vector;
    readonly extractLane: (x: Vector, lane: number) => Expr<'i32'>;
    readonly replaceLane: (x: Vector, lane: number, value: Expr<'i32'>) => Vector;
    readonly allTrue: (x: Vector) => Expr<'i32'>;
    /** The lanes' highest bits, the first lane's lowest. */
    readonly bitmask: (x: Vector) => Expr<'i32'>;
    /** NaN gives 0, and what lies beyond the range the nearest bound. */
    readonly truncSatF32x4S: Unary;
    readonly truncSatF64x2SZero: Unary;
    /** Of the first four lanes of 16 bits. */
    readonly extendLowI16x8S: Unary;
    readonly extendLowI16x8U: Unary;
  } = {
  ...all({ abs: 0xa0, neg: 0xa1 }, unary),
  ...all({ add: 0xae, sub: 0xb1, mul: 0xb5, minS: 0xb6, maxS: 0xb8 }, binary),
  ...all({ eq: 0x37, ne: 0x38, ltS: 0x39, gtS: 0x3b, leS: 0x3d, geS: 0x3f }, binary),
  ...all({ shl: 0xab, shrS: 0xac, shrU: 0xad }, shift),
  splat: splat<'i32'>(0x11),
  extractLane: extract('i32', 0x1b),
  replaceLane: replace<'i32'>(0x1c),
  allTrue: test(0xa3),
  bitmask: test(0xa4),
  truncSatF32x4S: unary(0xf8),
  truncSatF64x2SZero: unary(0xfc),
  extendLowI16x8S: unary(0xa7),
  extendLowI16x8U: unary(0xa9),
};

/** Lanes of 16 bits: a step between bytes and lanes of 32. */
export const i16x8: All<'extendLowI8x16S' | 'extendLowI8x16U', Unary> = all(
  { extendLowI8x16S: 0x87, extendLowI8x16U: 0x89 },
  unary,
);

export const i64x2: All<'add' | 'sub', Binary> & All<'shl' | 'shrU', (x: Vector, by: Expr<'i32'>) => Vector> =
  {
    ...all({ add: 0xce, sub: 0xd1 }, binary),
    ...all({ shl: 0xcb, shrU: 0xcd }, shift),
  };

/** Bytes of two vectors in a new order: 0 to 15 are those of `a`, 16 to 31 those of `b`. */
export function shuffle(a: Vector, b: Vector, bytes: readonly number[]): Vector {
  if (bytes.length !== 16 || bytes.some((byte) => !(byte >= 0 && byte < 32)))
    throw new RangeError(`wasm: a shuffle of bytes [${bytes.join(', ')}], expected 16 numbers below 32`);
  return instruction('v128', code(0x0d, ...bytes), a, b);
}

/** Four 32-bit lanes of two vectors in a new order: 0 to 3 are those of `a`, 4 to 7 those of `b`. */
export function shuffle32(a: Vector, b: Vector, lanes: readonly [number, number, number, number]): Vector {
  return shuffle(
    a,
    b,
    lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => 4 * lane + byte)),
  );
}

let relaxed: boolean | null = null;

/**
 * Whether the engine knows relaxed SIMD, and with it fused multiply-add. Node 20 does when it is told to. The environment's
 * FLAMBEAU_WASM_FMA=0 does without, to see what engines without it compute.
 */
export function hasRelaxedSimd(): boolean {
  if (relaxed === null) {
    if (environment('FLAMBEAU_WASM_FMA') === '0') {
      relaxed = false;
      return relaxed;
    }
    relaxed = WebAssembly.validate(PROBE);
    if (!relaxed && nodeMajor() === 20) {
      setV8Flag('--experimental-wasm-relaxed-simd');
      relaxed = WebAssembly.validate(PROBE);
    }
  }
  return relaxed;
}

/** `(module (func (param v128 v128 v128) (result v128) local.get 0 local.get 1 local.get 2 f32x4.relaxed_madd))` */
const PROBE: Uint8Array<ArrayBuffer> = Uint8Array.of(
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...[1, 8, 1, 0x60, 3, 0x7b, 0x7b, 0x7b, 1, 0x7b],
  ...[3, 2, 1, 0],
  ...[10, 13, 1, 11, 0, 0x20, 0, 0x20, 1, 0x20, 2, 0xfd, 0x85, 0x02, 0x0b],
);
