import type { Expr } from '../../emit/expression.ts';
import { f32, f64, i32 } from '../../emit/expression.ts';
import type { FunctionBody, Local } from '../../emit/function.ts';
import type { MemoryImport } from '../../emit/module.ts';
import { ModuleBuilder } from '../../emit/module.ts';
import { f32x4, f64x2, v128 } from '../../emit/vector.ts';
import { copyElement } from '../copy/emit-copy.ts';
import type { Width } from '../copy/plan.ts';
import type { Vector } from '../loops/each-vector.ts';
import { argumentWords, byteOffset } from '../loops/words.ts';
import type { IndexPlan } from './plan.ts';

/**
 * Addresses, and bytes from one to the next. `lines` is looked into: its axis has `size` places, `stride` apart. `fault`
 * is where a 1 is written if a position is not among them. Outer dimensions of the three follow, as {@link byteOffset}
 * reads them.
 */
export const INDEXED_ARGUMENTS = argumentWords(
  'index',
  'lines',
  'other',
  'length',
  'indexStep',
  'lineStep',
  'otherStep',
  'size',
  'stride',
  'fault',
);
const ARGUMENTS = 10;

/** What is done with an element of the tensor that is looked into, and with that which stands beside the index. */
export type Access =
  /** other = line */
  | { readonly op: 'gather'; readonly width: Width }
  /** line = line + other */
  | { readonly op: 'add'; readonly dtype: 'float32' | 'float64' | 'int32' };

const widthOf = (access: Access): Width => {
  if (access.op === 'gather') return access.width;
  return access.dtype === 'float64' ? 8 : 4;
};

/** Walks an index. A unit of work is an inner loop; where there are no outer ones, an element of it. */
export function emitIndexed(
  access: Access,
  { kind, outer }: Pick<IndexPlan, 'kind' | 'outer'>,
  memory: MemoryImport,
): ModuleBuilder {
  const builder = new ModuleBuilder(memory);
  const rank = outer.length;
  builder.addFunction('run', ['i32', 'i32', 'i32'], (body, args, start, end) => {
    const words = INDEXED_ARGUMENTS.read(body, args);
    const word = (position: number): Expr<'i32'> => i32.load(args, 4 * position);
    const [index, line, other] = [body.local('i32'), body.local('i32'), body.local('i32')];
    const place = (): Local<'i32'> => {
      const position = body.let(i32.load(index));
      body.if(i32.geU(position, words.size), () => body.store(words.fault, i32.const(1)));
      return position;
    };
    const inside = (position: Local<'i32'>, then: (at: Local<'i32'>) => void): void =>
      body.if(i32.ltU(position, words.size), () =>
        then(body.let(i32.add(line, i32.mul(position, words.stride)))),
      );
    const loop = (count: Expr<'i32'>): void => {
      if (kind === 'row') {
        inside(place(), (at) => accessRun(body, access, at, other, count));
        return;
      }
      const left = body.let(count);
      body.while(left, () => {
        inside(place(), (at) => accessElement(body, access, at, other));
        body.advance(index, words.indexStep);
        body.advance(line, words.lineStep);
        body.advance(other, words.otherStep);
        body.advance(left, -1);
      });
    };
    const starts = [words.index, words.lines, words.other];
    const cursors = [index, line, other];
    if (rank === 0) {
      const steps = [words.indexStep, words.lineStep, words.otherStep];
      for (const [i, cursor] of cursors.entries())
        body.set(cursor, i32.add(starts[i], i32.mul(start, steps[i])));
      loop(i32.sub(end, start));
      return;
    }
    body.while(i32.ltU(start, end), () => {
      for (const [i, cursor] of cursors.entries()) {
        const offset = byteOffset(body, start, rank, word, ARGUMENTS + 2 * rank * i);
        body.set(cursor, i32.add(starts[i], offset));
      }
      loop(words.length);
      body.advance(start, 1);
    });
  });
  return builder;
}

function accessElement(body: FunctionBody, access: Access, line: Local<'i32'>, other: Expr<'i32'>): void {
  if (access.op === 'gather') copyElement(body, access.width, line, other);
  else if (access.dtype === 'float32') body.store(line, f32.add(f32.load(line), f32.load(other)));
  else if (access.dtype === 'float64') body.store(line, f64.add(f64.load(line), f64.load(other)));
  else body.store(line, i32.add(i32.load(line), i32.load(other)));
}

/** The same for neighbours, by vectors. */
function accessRun(
  body: FunctionBody,
  access: Access,
  line: Local<'i32'>,
  other: Expr<'i32'>,
  count: Expr<'i32'>,
): void {
  const width = widthOf(access);
  const from = body.let(other);
  const left = body.let(i32.mul(count, i32.const(width)));
  const step = (bytes: number): void => {
    for (const cursor of [line, from]) body.advance(cursor, bytes);
    body.advance(left, -bytes);
  };
  if (access.op === 'gather' || access.dtype !== 'int32') {
    body.while(i32.geU(left, i32.const(16)), () => {
      const value = v128.load(line);
      if (access.op === 'gather') body.store(from, value);
      else body.store(line, sum(access.dtype, value, v128.load(from)));
      step(16);
    });
  }
  body.while(left, () => {
    accessElement(body, access, line, from);
    step(width);
  });
}

const sum = (dtype: 'float32' | 'float64' | 'int32', a: Vector, b: Vector): Vector =>
  dtype === 'float64' ? f64x2.add(a, b) : f32x4.add(a, b);
