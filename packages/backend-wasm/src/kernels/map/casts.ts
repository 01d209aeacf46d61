import type { DType, ScalarNode } from '@flambeau/core/functional';
import { i32 } from '../../emit/expression.ts';
import { f32x4, f64x2, i32x4, shuffle32, v128 } from '../../emit/vector.ts';
import type { Vector } from '../math/context.ts';
import { narrow, widen } from '../math/wide.ts';
import type { CodeContext, OperationCode, Value } from './vector-code.ts';
import { vectorAt, vectorsOf, widenMask } from './vector-code.ts';

/** Prepares the code of a cast. */
export function castCode({ dtype, args }: ScalarNode, context: CodeContext): OperationCode {
  const from = (args[0] as ScalarNode).type;
  const first = (code: (x: Vector) => Value): OperationCode => {
    return ([x]) => code((x as Value)[0] as Vector);
  };
  switch (dtype) {
    case 'bool':
      return toBool(from, context);
    case 'float32': {
      if (from === 'float32') return first((x) => [x]);
      if (from === 'float64') return ([x]) => [narrow(context, inFull(x as Value, context))];
      if (from === 'int32') return first((x) => [f32x4.convertI32x4S(x)]);
      const one = context.constants.f32(1);
      return first((x) => [v128.and(x, one)]);
    }
    case 'float64': {
      if (from === 'float64') return ([x]) => x as Value;
      if (from === 'float32') return first((x) => widen(context, x));
      const vectors = vectorsOf('float64', context);
      if (from === 'int32') return first((x) => wideIntegers(x, vectors));
      const one = context.constants.f64(1);
      return first((x) => widenMask(x, vectors).map((mask) => v128.and(mask, one)));
    }
  }
  const toInteger = integerFrom(from, context);
  const cut = wrapping(dtype, context);
  return ([x]) => [cut(toInteger(x as Value))];
}

/** As many vectors as float64 takes. */
const inFull = (x: Value, context: CodeContext): Value =>
  Array.from({ length: vectorsOf('float64', context) }, (_, i) => vectorAt(x, i));

const wideIntegers = (x: Vector, vectors: number): Value =>
  [x, shuffle32(x, x, [2, 3, 2, 3])].slice(0, vectors).map((half) => f64x2.convertLowI32x4S(half));

function toBool(from: string, context: CodeContext): OperationCode {
  const { constants } = context;
  if (from === 'bool') return ([x]) => x as Value;
  if (from !== 'float64') {
    const zero = constants.i32(0);
    const differs = from === 'float32' ? f32x4.ne : i32x4.ne;
    return ([x]) => [differs((x as Value)[0] as Vector, zero)];
  }
  const zero = constants.f64(0);
  return ([x]) => {
    const [low, high] = inFull(x as Value, context).map((half) => f64x2.ne(half, zero));
    return [high ? shuffle32(low as Vector, high, [0, 2, 4, 6]) : (low as Vector)];
  };
}

/** Cuts off fractions; beyond the range of int32 lies its nearest bound, and NaN becomes 0. */
function integerFrom(from: string, context: CodeContext): (x: Value) => Vector {
  const { body, constants } = context;
  switch (from) {
    case 'int32':
      return ([x]) => x as Vector;
    case 'bool': {
      const one = constants.i32(1);
      return ([x]) => v128.and(x as Vector, one);
    }
    case 'float32':
      return ([x]) => i32x4.truncSatF32x4S(x as Vector);
  }
  return (x) => {
    const [low, high] = inFull(x, context).map((half) => body.let(i32x4.truncSatF64x2SZero(half)));
    return shuffle32(low as Vector, (high ?? low) as Vector, [0, 1, 4, 5]);
  };
}

/** Cuts an integer to the width of its dtype. */
function wrapping(dtype: DType, { constants }: CodeContext): (x: Vector) => Vector {
  if (dtype === 'uint8') {
    const byte = constants.i32(0xff);
    return (x) => v128.and(x, byte);
  }
  const by = i32.const(24);
  return dtype === 'int8' ? (x) => i32x4.shrS(i32x4.shl(x, by), by) : (x) => x;
}
