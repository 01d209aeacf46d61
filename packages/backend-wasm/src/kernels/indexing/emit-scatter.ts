import type { Expr } from '../../emit/expression.ts';
import { i32 } from '../../emit/expression.ts';
import type { Local } from '../../emit/function.ts';
import type { MemoryImport } from '../../emit/module.ts';
import { ModuleBuilder } from '../../emit/module.ts';
import { byteOffset, RANGE_PARAMS } from '../loops/words.ts';
import type { Access } from './access.ts';
import { widthOfAccess } from './access.ts';
import type { Cursors } from './emit-indexed.ts';
import { DIMENSIONS_AT, INDEXED_ARGUMENTS, innerLoop } from './emit-indexed.ts';
import type { ScatterPlan } from './plan.ts';

/**
 * Does something at the places of an index, for each place in the index's order. A unit of work is a position along a
 * dimension other than the axis: no other unit has its places.
 *
 * Places are read as well as written, so that units cannot simply be done again when a thread was lost. Those that have
 * begun are marked, and begin anew with what was there before: at `origin` bytes from it.
 */
export function emitScatter(
  access: Access,
  { kind, outer }: Pick<ScatterPlan, 'kind' | 'outer'>,
  memory: MemoryImport,
): ModuleBuilder {
  const builder = new ModuleBuilder(memory);
  const rank = outer.length;
  builder.addFunction('run', RANGE_PARAMS, (body, args, start, end) => {
    const words = INDEXED_ARGUMENTS.read(body, args);
    const word = (position: number): Expr<'i32'> => i32.load(args, 4 * position);
    const bases = [words.index, words.lines, words.other].map((base) => body.let(base));
    const cursors: Cursors = [body.local('i32'), body.local('i32'), body.local('i32')];
    const [step, unit] = [body.local('i32'), body.local('i32')];
    const eachOuter = (write: () => void): void => {
      body.set(step, i32.const(0));
      body.while(i32.ltU(step, words.outer), () => {
        for (const [i, cursor] of cursors.entries()) {
          const offset = byteOffset(body, step, rank, word, DIMENSIONS_AT + 2 * rank * i);
          body.set(cursor, i32.add(bases[i], offset));
        }
        write();
        body.advance(step, 1);
      });
    };
    const pass = (write: () => void): void => {
      body.set(unit, start);
      body.while(i32.ltU(unit, end), () => {
        body.set(bases[0], i32.add(words.index, i32.mul(unit, words.partIndex)));
        body.set(bases[1], i32.add(words.lines, i32.mul(unit, words.partLine)));
        body.set(bases[2], i32.add(words.other, i32.mul(unit, words.partOther)));
        eachOuter(write);
        body.advance(unit, 1);
      });
    };
    const loop = (what: Access, origin: Local<'i32'> | null): void =>
      pass(() => innerLoop(body, { access: what, kind, words, origin }, cursors, words.length));
    const mark = body.let(i32.add(words.marks, i32.shl(i32.divU(start, words.grain), i32.const(2))));
    body.if(
      i32.load(mark),
      () => loop({ op: 'set', width: widthOfAccess(access) }, words.origin),
      () => body.store(mark, i32.const(1)),
    );
    loop(access, null);
  });
  return builder;
}
