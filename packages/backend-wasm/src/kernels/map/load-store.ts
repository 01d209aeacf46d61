import type { DType } from '@flambeau/core/functional';
import { DTYPES } from '@flambeau/core/functional';
import type { Expr } from '../../emit/expression.ts';
import { f32, f64, i32 } from '../../emit/expression.ts';
import type { Local } from '../../emit/function.ts';
import { i16x8, i32x4, shuffle, v128 } from '../../emit/vector.ts';
import type { Vector } from '../math/context.ts';
import { LANES } from './lane-by-lane.ts';
import type { CodeContext, Value } from './vector-code.ts';
import { vectorAt } from './vector-code.ts';

/** Reads elements: those of the vector at a position from the address. */
export type LoadCode = (address: Local<'i32'>, position: number) => Value;

/** Writes elements, likewise. */
export type StoreCode = (address: Local<'i32'>, value: Value, position: number) => void;

/** Makes lanes of ones of bools that are 1. */
function mask(dtype: DType, { constants }: CodeContext): (x: Vector) => Vector {
  if (dtype !== 'bool') return (x) => x;
  const zero = constants.i32(0);
  return (x) => i32x4.ne(x, zero);
}

/** Prepares reading neighbours, or a single element into all lanes. */
export function loadCode(dtype: DType, context: CodeContext): LoadCode {
  const finish = mask(dtype, context);
  const single = context.lanes === 1;
  switch (dtype) {
    case 'float32':
    case 'int32':
      return single
        ? (address) => [v128.load32Splat(address)]
        : (address, position) => [v128.load(address, 16 * position)];
    case 'float64':
      return single
        ? (address) => [v128.load64Splat(address)]
        : (address, position) => [0, 16].map((offset) => v128.load(address, 32 * position + offset));
  }
  if (single) return (address) => [finish(i32x4.splat(readByte(dtype, address)))];
  const signed = dtype === 'int8';
  const half = signed ? i16x8.extendLowI8x16S : i16x8.extendLowI8x16U;
  const full = signed ? i32x4.extendLowI16x8S : i32x4.extendLowI16x8U;
  return (address, position) => [finish(full(half(v128.load32Zero(address, 4 * position))))];
}

const readByte = (dtype: DType, address: Expr<'i32'>): Expr<'i32'> =>
  dtype === 'int8' ? i32.load8S(address) : i32.load8U(address);

/** Prepares reading elements that lie `step` bytes apart. The address moves on past them. */
export function gatherCode(dtype: DType, step: Expr<'i32'>, context: CodeContext): LoadCode {
  const { body } = context;
  const finish = mask(dtype, context);
  const read = <T extends 'i32' | 'f32' | 'f64'>(
    type: T,
    count: number,
    load: (address: Expr<'i32'>) => Expr<T>,
    address: Local<'i32'>,
  ): Vector => {
    const { splat, replaceLane } = LANES[type];
    const vector = body.let(splat(load(address)));
    body.advance(address, step);
    for (let lane = 1; lane < count; lane++) {
      body.set(vector, replaceLane(vector, lane, load(address)));
      body.advance(address, step);
    }
    return vector;
  };
  const { lanes } = context;
  switch (dtype) {
    case 'float32':
      return (address) => [read('f32', lanes, f32.load, address)];
    case 'int32':
      return (address) => [read('i32', lanes, i32.load, address)];
    case 'float64':
      return (address) =>
        Array.from({ length: lanes === 1 ? 1 : 2 }, () =>
          read('f64', lanes === 1 ? 1 : 2, f64.load, address),
        );
  }
  return (address) => [finish(read('i32', lanes, (at) => readByte(dtype, at), address))];
}

/** The lowest byte of each lane, one after the other. */
const LOW_BYTES: readonly number[] = [0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12];

/** Prepares writing neighbours, or a single element. */
export function storeCode(dtype: DType, context: CodeContext): StoreCode {
  const { body, constants, lanes } = context;
  const { bytes } = DTYPES[dtype];
  if (bytes > 1) {
    if (lanes === 4) {
      const count = bytes / 4;
      return (address, value, position) => {
        for (let i = 0; i < count; i++) body.store(address, vectorAt(value, i), 16 * (count * position + i));
      };
    }
    return (address, [value]) => {
      if (bytes === 8) body.store64Lane(address, value as Vector, 0);
      else body.store32Lane(address, value as Vector, 0);
    };
  }
  const one = constants.i32(1);
  const numbers = (x: Vector): Vector => (dtype === 'bool' ? v128.and(x, one) : x);
  if (lanes === 1) {
    return (address, [value]) => body.store8(address, i32x4.extractLane(numbers(value as Vector), 0));
  }
  return (address, [value], position) => {
    const integers = body.let(numbers(value as Vector));
    body.store32Lane(address, shuffle(integers, integers, LOW_BYTES), 0, 4 * position);
  };
}

/** Reads a number that is passed to a kernel, into all lanes. */
export function scalarCode(
  type: 'float32' | 'float64' | 'int32' | 'bool',
  args: Expr<'i32'>,
  offset: number,
  context: CodeContext,
): Vector {
  if (type === 'float64') return v128.load64Splat(args, offset);
  return mask(type, context)(v128.load32Splat(args, offset));
}
