import type { Expr } from '../../emit/expression.ts';
import { f64, i32 } from '../../emit/expression.ts';
import type { FunctionBody, Local } from '../../emit/function.ts';
import type { MemoryImport } from '../../emit/module.ts';
import { ModuleBuilder } from '../../emit/module.ts';
import { v128 } from '../../emit/vector.ts';
import { byteOffset } from '../loops/words.ts';
import type { Width } from './plan.ts';

/** What `run(arguments, start, end)` is given. */
const PARAMS = ['i32', 'i32', 'i32'] as const;

/** Bytes of a unit of work of {@link emitBlock}. */
export const BLOCK_UNIT = 16;

/** Copies blocks of 16 bytes from one address to another; `repeated`, the same one to all places. */
export function emitBlock(repeated: boolean, memory: MemoryImport): ModuleBuilder {
  const builder = new ModuleBuilder(memory);
  builder.addFunction('run', PARAMS, (body, args, start, end) => {
    const offset = body.let(i32.shl(start, i32.const(4)));
    const from = body.let(repeated ? i32.load(args) : i32.add(i32.load(args), offset));
    const to = body.let(i32.add(i32.load(args, 4), offset));
    const left = body.let(i32.sub(end, start));
    const value = body.let(v128.load(from));
    for (const unroll of [4, 1]) {
      body.while(i32.geU(left, i32.const(unroll)), () => {
        const offsets = Array.from({ length: unroll }, (_, i) => BLOCK_UNIT * i);
        const values = offsets.map((at) => (repeated ? value : body.let(v128.load(from, at))));
        for (const [i, at] of offsets.entries()) body.store(to, values[i], at);
        if (!repeated) body.advance(from, BLOCK_UNIT * unroll);
        body.advance(to, BLOCK_UNIT * unroll);
        body.advance(left, -unroll);
      });
    }
  });
  return builder;
}

/** Where a kernel's outer dimensions are: sizes with the source's strides, then sizes with the target's. */
export interface OuterDimensions {
  readonly rank: number;
  readonly first: number;
}

/** Adds what an index over the outer dimensions means to the addresses of source and target. */
export function outerStart(
  body: FunctionBody,
  args: Local<'i32'>,
  index: Expr<'i32'>,
  { rank, first }: OuterDimensions,
): readonly [Local<'i32'>, Local<'i32'>] {
  const word = (position: number): Expr<'i32'> => i32.load(args, 4 * position);
  const at = (base: number, dimensions: number): Local<'i32'> =>
    body.let(i32.add(word(base), byteOffset(body, index, rank, word, dimensions)));
  return [at(0, first), at(1, first + 2 * rank)];
}

/** from, to, elements of a run, and the outer dimensions. */
const RUN_WORDS = 3;

/** Copies runs of neighbours: a unit of work is one. */
export function emitRuns(width: Width, rank: number, memory: MemoryImport): ModuleBuilder {
  const builder = new ModuleBuilder(memory);
  builder.addFunction('run', PARAMS, (body, args, start, end) => {
    const bytes = body.let(i32.mul(i32.load(args, 8), i32.const(width)));
    const left = body.local('i32');
    body.while(i32.ltU(start, end), () => {
      const [from, to] = outerStart(body, args, start, { rank, first: RUN_WORDS });
      body.set(left, bytes);
      body.while(i32.geU(left, i32.const(16)), () => {
        body.store(to, v128.load(from));
        for (const cursor of [from, to]) body.advance(cursor, 16);
        body.advance(left, -16);
      });
      body.while(left, () => {
        copyElement(body, width, from, to);
        for (const cursor of [from, to]) body.advance(cursor, width);
        body.advance(left, -width);
      });
      body.advance(start, 1);
    });
  });
  return builder;
}

/** from, to, elements of a loop, the bytes from one to the next in source and target, and the outer dimensions. */
const STEP_WORDS = 5;

/** Copies element by element: a unit of work is a loop of the inner dimension. */
export function emitSteps(width: Width, rank: number, memory: MemoryImport): ModuleBuilder {
  const builder = new ModuleBuilder(memory);
  builder.addFunction('run', PARAMS, (body, args, start, end) => {
    const [length, stepX, stepY] = [2, 3, 4].map((at) => body.let(i32.load(args, 4 * at)));
    const left = body.local('i32');
    body.while(i32.ltU(start, end), () => {
      const [from, to] = outerStart(body, args, start, { rank, first: STEP_WORDS });
      body.set(left, length);
      body.while(left, () => {
        copyElement(body, width, from, to);
        body.advance(from, stepX);
        body.advance(to, stepY);
        body.advance(left, -1);
      });
      body.advance(start, 1);
    });
  });
  return builder;
}

/** Copies one element, bit for bit. */
export function copyElement(body: FunctionBody, width: Width, from: Expr<'i32'>, to: Expr<'i32'>): void {
  if (width === 1) body.store8(to, i32.load8U(from));
  else if (width === 4) body.store(to, i32.load(from));
  else body.store(to, f64.load(from));
}
