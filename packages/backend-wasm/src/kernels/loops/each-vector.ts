import type { Expr } from '../../emit/expression.ts';
import { f32, f64, i32 } from '../../emit/expression.ts';
import type { FunctionBody, Local } from '../../emit/function.ts';
import { f32x4, f64x2, shuffle32, v128 } from '../../emit/vector.ts';

/** A vector of four float32 values. */
export type Vector = Expr<'v128'>;

/** How one turn of a loop over float32 values reads and writes: whole vectors, or one element in the first lane. */
export interface Turn {
  /** Where the vectors of this turn are, in bytes from the cursors. */
  readonly offsets: readonly number[];
  /** The elements at a cursor. A single one is in every lane, so that it changes no maximum. */
  readonly load: (cursor: Expr<'i32'>, offset: number) => Vector;
  /** The elements at a cursor in float64 lanes: two vectors, or one with a single element. */
  readonly loadWide: (cursor: Expr<'i32'>, offset: number) => readonly Vector[];
  readonly store: (cursor: Expr<'i32'>, value: Vector, offset: number) => void;
  /** The value with zeros in lanes that stand for no element: for sums. */
  readonly own: (value: Vector) => Vector;
}

const FIRST_LANE = Uint8Array.of(255, 255, 255, 255, ...new Array<number>(12).fill(0));

/**
 * Writes loops over `length` neighbouring float32 values: `unroll` vectors at a time, then one, then one element. The
 * cursors, addresses of values, move along; a loop that stores must not read what it wrote.
 */
export function eachVector(
  body: FunctionBody,
  length: Expr<'i32'>,
  cursors: readonly Local<'i32'>[],
  unroll: number,
  write: (turn: Turn) => void,
): void {
  const left = body.let(length);
  const loop = (elements: number, turn: Turn): void => {
    body.while(i32.geS(left, i32.const(elements)), () => {
      write(turn);
      for (const cursor of cursors) body.set(cursor, i32.add(cursor, i32.const(4 * elements)));
      body.set(left, i32.sub(left, i32.const(elements)));
    });
  };
  const vectors = (count: number): Turn => ({
    offsets: Array.from({ length: count }, (_, i) => 16 * i),
    load: v128.load,
    loadWide: (cursor, offset) => [widePair(cursor, offset), widePair(cursor, offset + 8)],
    store: (cursor, value, offset) => body.store(cursor, value, offset),
    own: (value) => value,
  });
  if (unroll > 1) loop(4 * unroll, vectors(unroll));
  loop(4, vectors(1));
  loop(1, {
    offsets: [0],
    load: v128.load32Splat,
    loadWide: (cursor, offset) => [f64x2.promoteLowF32x4(v128.load32Zero(cursor, offset))],
    store: (cursor, value, offset) => body.store32Lane(cursor, value, 0, offset),
    own: (value) => v128.and(value, v128.const(FIRST_LANE)),
  });
}

/** Two neighbouring float32 values in float64 lanes. */
export function widePair(address: Expr<'i32'>, offset: number): Vector {
  return f64x2.promoteLowF32x4(v128.load64Zero(address, offset));
}

/** A sum of float32 values in float64 lanes. */
export interface WideSum {
  /** Adds up vectors, first among each other in float32: then few of them should come together. */
  readonly add: (...values: readonly Vector[]) => void;
  readonly total: () => Expr<'f64'>;
  /** Starts again at 0. */
  readonly clear: () => void;
}

/** A new sum, at 0. */
export function wideSum(body: FunctionBody): WideSum {
  const low = body.let(f64x2.splat(f64.const(0)));
  const high = body.let(f64x2.splat(f64.const(0)));
  return {
    add: (...values) => {
      const four = body.let(pairwise(values, f32x4.add));
      body.set(low, f64x2.add(low, f64x2.promoteLowF32x4(four)));
      body.set(high, f64x2.add(high, f64x2.promoteLowF32x4(upperHalf(four))));
    },
    total: () => sumOfPair(f64x2.add(low, high), body),
    clear: () => {
      for (const half of [low, high]) body.set(half, f64x2.splat(f64.const(0)));
    },
  };
}

/** The third and fourth lane as the first and second. */
export function upperHalf(x: Vector): Vector {
  return shuffle32(x, x, [2, 3, 2, 3]);
}

/** Sum of two float64 lanes. */
export function sumOfPair(x: Vector, body: FunctionBody): Expr<'f64'> {
  const pair = body.let(x);
  return f64.add(f64x2.extractLane(pair, 0), f64x2.extractLane(pair, 1));
}

/** Combines vectors as a tree: few steps one after the other. */
export function pairwise(values: readonly Vector[], combine: (a: Vector, b: Vector) => Vector): Vector {
  if (values.length === 1) return values[0];
  const middle = Math.ceil(values.length / 2);
  return combine(pairwise(values.slice(0, middle), combine), pairwise(values.slice(middle), combine));
}

/** Largest of four lanes; NaN wins. */
export function largestLane(x: Vector, body: FunctionBody): Expr<'f32'> {
  const four = body.let(x);
  const two = body.let(f32x4.max(four, upperHalf(four)));
  return f32.max(f32x4.extractLane(two, 0), f32x4.extractLane(two, 1));
}
