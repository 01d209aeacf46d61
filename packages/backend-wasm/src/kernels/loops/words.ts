import type { Expr } from '../../emit/expression.ts';
import { i32 } from '../../emit/expression.ts';
import type { FunctionBody, Local } from '../../emit/function.ts';
import type { ModuleBuilder } from '../../emit/module.ts';

/** arguments, start, end */
export type RangeParams = readonly ['i32', 'i32', 'i32'];
export const RANGE_PARAMS: RangeParams = ['i32', 'i32', 'i32'];

/** The arguments of a kernel by name, 32-bit integers. */
export interface ArgumentWords<N extends string> {
  /** Loads them into variables of the kernel. */
  readonly read: (body: FunctionBody, args: Expr<'i32'>) => Readonly<Record<N, Local<'i32'>>>;
  /** What the caller has to write, in order. */
  readonly list: (values: Readonly<Record<N, number>>) => number[];
  /** Where an argument stands, in bytes. */
  readonly at: (name: N) => number;
  /** Bytes of all arguments. */
  readonly bytes: number;
}

/** Declares the arguments of a kernel. */
export function argumentWords<const N extends string>(...names: readonly N[]): ArgumentWords<N> {
  return {
    read: (body, args) =>
      Object.fromEntries(names.map((name, i) => [name, body.let(i32.load(args, 4 * i))])) as Record<
        N,
        Local<'i32'>
      >,
    list: (values) => names.map((name) => values[name]),
    at: (name) => 4 * names.indexOf(name),
    bytes: 4 * names.length,
  };
}

/** The argument of a kernel at a position, a 32-bit integer. */
export type Word = (position: number) => Expr<'i32'>;

/** Adds a kernel's entry `run(args, start, end)` that does units of work one by one. */
export function addUnits(
  builder: ModuleBuilder,
  write: (body: FunctionBody, word: Word) => (unit: Local<'i32'>) => void,
): ModuleBuilder {
  builder.addFunction('run', ['i32', 'i32', 'i32'], (body, args, start, end) => {
    const unit = write(body, (position) => i32.load(args, 4 * position));
    const index = body.let(start);
    body.countTo(index, end, () => unit(index));
  });
  return builder;
}

/** Dimensions as arguments: size and stride in bytes of each. */
export function dimensionWords(
  shape: readonly number[],
  strides: readonly number[],
  bytes: number,
): number[] {
  return shape.flatMap((size, axis) => [size, strides[axis] * bytes]);
}

/** How far, in bytes, an element lies from the first one: dimensions are at `first`, as {@link dimensionWords} wrote them. */
export function byteOffset(
  body: FunctionBody,
  index: Expr<'i32'>,
  rank: number,
  word: Word,
  first: number,
): Expr<'i32'> {
  if (rank === 0) return i32.const(0);
  if (rank === 1) return i32.mul(index, word(first + 1));
  const rest = body.let(index);
  const offset = body.let(i32.const(0));
  for (let axis = rank - 1; axis >= 0; axis--) {
    const stride = word(first + 2 * axis + 1);
    if (axis === 0) body.set(offset, i32.add(offset, i32.mul(rest, stride)));
    else {
      const quotient = body.let(i32.divU(rest, word(first + 2 * axis)));
      const position = i32.sub(rest, i32.mul(quotient, word(first + 2 * axis)));
      body.set(offset, i32.add(offset, i32.mul(position, stride)));
      body.set(rest, quotient);
    }
  }
  return offset;
}
