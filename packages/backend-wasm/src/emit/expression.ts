import { ByteWriter } from './bytes.ts';

/** The number types of WebAssembly that kernels compute in. */
export type ValueType = 'i32' | 'f32' | 'f64' | 'v128';

/** Their codes in the binary format. */
export const TYPE_CODES: Readonly<Record<ValueType, number>> = {
  i32: 0x7f,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
};

/** A value that a function computes: an instruction and the values that it takes. The type is checked by TypeScript. */
export interface Expr<T extends ValueType = ValueType> {
  readonly type: T;
  readonly args: readonly Expr[];
  /** The instruction with its immediates. */
  readonly code: readonly number[];
}

/** Writes the instructions that leave the value on the stack. */
export function writeExpression(out: ByteWriter, { args, code }: Expr): void {
  for (const arg of args) writeExpression(out, arg);
  out.bytes(...code);
}

/** Makes an expression; the builders below know which fit. */
export function instruction<T extends ValueType>(
  type: T,
  code: readonly number[],
  ...args: readonly Expr[]
): Expr<T> {
  return { type, args, code };
}

const immediate = (write: (out: ByteWriter) => void): number[] => {
  const out = new ByteWriter();
  write(out);
  return [...out.take()];
};

type Unary<A extends ValueType, R extends ValueType = A> = (x: Expr<A>) => Expr<R>;
type Binary<A extends ValueType, R extends ValueType = A> = (a: Expr<A>, b: Expr<A>) => Expr<R>;
type Load<T extends ValueType> = (address: Expr<'i32'>, offset?: number) => Expr<T>;
type Table<K extends string> = Readonly<Record<K, number>>;
type All<K extends string, F> = { readonly [Name in K]: F };

function mapTable<K extends string, F>(table: Table<K>, make: (code: number) => F): All<K, F> {
  return Object.fromEntries(Object.entries<number>(table).map(([name, code]) => [name, make(code)])) as All<
    K,
    F
  >;
}

const unaries = <K extends string, A extends ValueType>(type: A, table: Table<K>): All<K, Unary<A>> =>
  mapTable(table, (code) => (x) => instruction(type, [code], x));

const binaries = <K extends string, A extends ValueType>(type: A, table: Table<K>): All<K, Binary<A>> =>
  mapTable(table, (code) => (a, b) => instruction(type, [code], a, b));

const comparisons = <K extends string, A extends ValueType>(table: Table<K>): All<K, Binary<A, 'i32'>> =>
  mapTable(table, (code) => (a, b) => instruction('i32', [code], a, b));

const convert =
  <A extends ValueType, R extends ValueType>(type: R, ...code: readonly number[]): Unary<A, R> =>
  (x) =>
    instruction(type, code, x);

const load =
  <T extends ValueType>(type: T, code: number, alignment: number): Load<T> =>
  (address, offset = 0) =>
    instruction(type, [code, alignment, ...immediate((out) => out.unsigned(offset))], address);

type IntegerBinary =
  | 'add'
  | 'sub'
  | 'mul'
  | 'divS'
  | 'divU'
  | 'remS'
  | 'remU'
  | 'and'
  | 'or'
  | 'xor'
  | 'shl'
  | 'shrS'
  | 'shrU';
type IntegerComparison = 'eq' | 'ne' | 'ltS' | 'ltU' | 'gtS' | 'gtU' | 'leS' | 'leU' | 'geS' | 'geU';
type IntegerUnary = 'clz' | 'ctz' | 'popcnt' | 'extend8S' | 'extend16S';
type FloatBinary = 'add' | 'sub' | 'mul' | 'div' | 'min' | 'max' | 'copysign';
type FloatComparison = 'eq' | 'ne' | 'lt' | 'gt' | 'le' | 'ge';
type FloatUnary = 'abs' | 'neg' | 'ceil' | 'floor' | 'trunc' | 'nearest' | 'sqrt';

/** Instructions that give an i32. Those that end in `S` take signed numbers, in `U` unsigned ones. */
export type I32 = All<IntegerBinary, Binary<'i32'>> &
  All<IntegerComparison, Binary<'i32', 'i32'>> &
  All<IntegerUnary, Unary<'i32'>> & {
    readonly const: (value: number) => Expr<'i32'>;
    readonly eqz: Unary<'i32'>;
    /** Truncates; NaN gives 0, and what lies beyond the range the nearest bound. */
    readonly truncSatF32S: Unary<'f32', 'i32'>;
    readonly truncSatF64S: Unary<'f64', 'i32'>;
    /** The bits of a float. */
    readonly reinterpretF32: Unary<'f32', 'i32'>;
    readonly load: Load<'i32'>;
    readonly load8S: Load<'i32'>;
    readonly load8U: Load<'i32'>;
  };

/** What f32 and f64 have in common. `min` and `max` give NaN when one operand is, and −0 is below 0. */
export type Floats<T extends 'f32' | 'f64'> = All<FloatBinary, Binary<T>> &
  All<FloatComparison, Binary<T, 'i32'>> &
  All<FloatUnary, Unary<T>> & {
    readonly const: (value: number) => Expr<T>;
    readonly convertI32S: Unary<'i32', T>;
    readonly load: Load<T>;
  };

/** Instructions that give an f32. */
export type F32 = Floats<'f32'> & {
  readonly demoteF64: Unary<'f64', 'f32'>;
  readonly reinterpretI32: Unary<'i32', 'f32'>;
};

/** Instructions that give an f64. */
export type F64 = Floats<'f64'> & {
  readonly promoteF32: Unary<'f32', 'f64'>;
};

export const i32: I32 = {
  ...binaries('i32', {
    add: 0x6a,
    sub: 0x6b,
    mul: 0x6c,
    divS: 0x6d,
    divU: 0x6e,
    remS: 0x6f,
    remU: 0x70,
    and: 0x71,
    or: 0x72,
    xor: 0x73,
    shl: 0x74,
    shrS: 0x75,
    shrU: 0x76,
  }),
  ...comparisons<IntegerComparison, 'i32'>({
    eq: 0x46,
    ne: 0x47,
    ltS: 0x48,
    ltU: 0x49,
    gtS: 0x4a,
    gtU: 0x4b,
    leS: 0x4c,
    leU: 0x4d,
    geS: 0x4e,
    geU: 0x4f,
  }),
  ...unaries('i32', { clz: 0x67, ctz: 0x68, popcnt: 0x69, extend8S: 0xc0, extend16S: 0xc1 }),
  const: (value) => instruction('i32', [0x41, ...immediate((out) => out.signed(value))]),
  eqz: convert('i32', 0x45),
  truncSatF32S: convert('i32', 0xfc, 0x00),
  truncSatF64S: convert('i32', 0xfc, 0x02),
  reinterpretF32: convert('i32', 0xbc),
  load: load('i32', 0x28, 2),
  load8S: load('i32', 0x2c, 0),
  load8U: load('i32', 0x2d, 0),
};

export const f32: F32 = {
  ...binaries('f32', { add: 0x92, sub: 0x93, mul: 0x94, div: 0x95, min: 0x96, max: 0x97, copysign: 0x98 }),
  ...comparisons<FloatComparison, 'f32'>({ eq: 0x5b, ne: 0x5c, lt: 0x5d, gt: 0x5e, le: 0x5f, ge: 0x60 }),
  ...unaries('f32', {
    abs: 0x8b,
    neg: 0x8c,
    ceil: 0x8d,
    floor: 0x8e,
    trunc: 0x8f,
    nearest: 0x90,
    sqrt: 0x91,
  }),
  const: (value) => instruction('f32', [0x43, ...immediate((out) => out.float32(value))]),
  convertI32S: convert('f32', 0xb2),
  demoteF64: convert('f32', 0xb6),
  reinterpretI32: convert('f32', 0xbe),
  load: load('f32', 0x2a, 2),
};

export const f64: F64 = {
  ...binaries('f64', { add: 0xa0, sub: 0xa1, mul: 0xa2, div: 0xa3, min: 0xa4, max: 0xa5, copysign: 0xa6 }),
  ...comparisons<FloatComparison, 'f64'>({ eq: 0x61, ne: 0x62, lt: 0x63, gt: 0x64, le: 0x65, ge: 0x66 }),
  ...unaries('f64', {
    abs: 0x99,
    neg: 0x9a,
    ceil: 0x9b,
    floor: 0x9c,
    trunc: 0x9d,
    nearest: 0x9e,
    sqrt: 0x9f,
  }),
  const: (value) => instruction('f64', [0x44, ...immediate((out) => out.float64(value))]),
  convertI32S: convert('f64', 0xb7),
  promoteF32: convert('f64', 0xbb),
  load: load('f64', 0x2b, 3),
};

/** `a` where the condition is not 0, else `b`; both are computed. */
export function select<T extends ValueType>(condition: Expr<'i32'>, a: Expr<T>, b: Expr<T>): Expr<T> {
  return instruction(a.type, [0x1b], a, b, condition);
}
