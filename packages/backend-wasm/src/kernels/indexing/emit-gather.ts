import type { Expr } from '../../emit/expression.ts';
import { i32 } from '../../emit/expression.ts';
import type { MemoryImport } from '../../emit/module.ts';
import { ModuleBuilder } from '../../emit/module.ts';
import type { Width } from '../copy/plan.ts';
import { byteOffset, RANGE_PARAMS } from '../loops/words.ts';
import type { Cursors } from './emit-indexed.ts';
import { DIMENSIONS_AT, INDEXED_ARGUMENTS, innerLoop } from './emit-indexed.ts';
import type { IndexPlan } from './plan.ts';

/** Picks elements at an index. A unit of work is an inner loop; where there are no outer ones, an element of it. */
export function emitGather(
  width: Width,
  { kind, outer }: Pick<IndexPlan, 'kind' | 'outer'>,
  memory: MemoryImport,
): ModuleBuilder {
  const builder = new ModuleBuilder(memory);
  const rank = outer.length;
  builder.addFunction('run', RANGE_PARAMS, (body, args, start, end) => {
    const words = INDEXED_ARGUMENTS.read(body, args);
    const word = (position: number): Expr<'i32'> => i32.load(args, 4 * position);
    const cursors: Cursors = [body.local('i32'), body.local('i32'), body.local('i32')];
    const picks = { access: { op: 'gather', width }, kind, words, origin: null } as const;
    const loop = (count: Expr<'i32'>): void => innerLoop(body, picks, cursors, count);
    const starts = [words.index, words.lines, words.other];
    if (rank === 0) {
      const steps = [words.indexStep, words.lineStep, words.otherStep];
      for (const [i, cursor] of cursors.entries())
        body.set(cursor, i32.add(starts[i], i32.mul(start, steps[i])));
      loop(i32.sub(end, start));
      return;
    }
    body.while(i32.ltU(start, end), () => {
      for (const [i, cursor] of cursors.entries()) {
        const offset = byteOffset(body, start, rank, word, DIMENSIONS_AT + 2 * rank * i);
        body.set(cursor, i32.add(starts[i], offset));
      }
      loop(words.length);
      body.advance(start, 1);
    });
  });
  return builder;
}
