import type { DType } from '@flambeau/core/functional';
import type { Expr } from '../../emit/expression.ts';
import { f32, f64, i32, select } from '../../emit/expression.ts';
import type { FunctionBody } from '../../emit/function.ts';

/** Bits of a key, which is an unsigned integer. */
export const keyBits = (dtype: DType): 8 | 32 | 64 => {
  if (dtype === 'float64') return 64;
  return dtype === 'float32' || dtype === 'int32' ? 32 : 8;
};

/** Words of a key. */
export const keyWords = (dtype: DType): 1 | 2 => (keyBits(dtype) === 64 ? 2 : 1);

const SIGN = i32.const(-0x8000_0000);
const ALL = i32.const(-1);

/** Turns the bits of a float into an integer in its order: those of negative numbers all the other way, else the sign. */
const ordered = (bits: Expr<'i32'>, sign: Expr<'i32'>): Expr<'i32'> =>
  i32.xor(bits, i32.or(i32.shrS(sign, i32.const(31)), SIGN));

/**
 * A word of the key of an element, the lowest first: keys are in the order of the values. NaN has the largest, −0 that
 * of 0.
 */
export function keyOf(body: FunctionBody, dtype: DType, at: Expr<'i32'>, word: number): Expr<'i32'> {
  if (dtype === 'int32') return i32.xor(i32.load(at), SIGN);
  if (dtype === 'float32') {
    // The sum makes a 0 of −0.
    const value = body.let(f32.add(f32.load(at), f32.const(0)));
    const bits = body.let(i32.reinterpretF32(value));
    return select(f32.ne(value, value), ALL, ordered(bits, bits));
  }
  if (dtype === 'float64') {
    const value = body.let(f64.load(at));
    const high = body.let(select(f64.eq(value, f64.const(0)), i32.const(0), i32.load(at, 4)));
    const key = word === 1 ? ordered(high, high) : i32.xor(i32.load(at), i32.shrS(high, i32.const(31)));
    return select(f64.ne(value, value), ALL, key);
  }
  return dtype === 'int8' ? i32.add(i32.load8S(at), i32.const(128)) : i32.load8U(at);
}
