import type { DType } from '@flambeau/core/functional';
import { DTYPES } from '@flambeau/core/functional';
import type { Expr } from '../../emit/expression.ts';
import { i32 } from '../../emit/expression.ts';
import type { FunctionBody, Local } from '../../emit/function.ts';
import type { MemoryImport } from '../../emit/module.ts';
import { ModuleBuilder } from '../../emit/module.ts';
import { copyElement } from '../copy/emit-copy.ts';
import type { Width } from '../copy/plan.ts';
import { lineStart } from '../loops/lines.ts';
import { argumentWords } from '../loops/words.ts';

/**
 * Addresses; a line has `length` values, `inner` apart. Keys are combined with `flip`, all ones for a descending order.
 * `own` is the threads' memory, `ownBytes` for each; `spare` and `counts` say what is where in it.
 */
const ARGUMENTS = argumentWords(
  'x',
  'y',
  'index',
  'length',
  'inner',
  'flip',
  'own',
  'ownBytes',
  'spare',
  'counts',
);

/** The arguments in order. */
export const sortWords: (typeof ARGUMENTS)['list'] = ARGUMENTS.list;

/** A line, as the code that sorts it sees it. */
export interface SortedLine {
  readonly length: Local<'i32'>;
  readonly flip: Local<'i32'>;
  /** Address of the first value, and bytes from one to the next. */
  readonly x: Local<'i32'>;
  readonly step: Local<'i32'>;
  /** The thread's own memory. */
  readonly own: Local<'i32'>;
  readonly spare: Local<'i32'>;
  readonly counts: Local<'i32'>;
}

/** How records lie in memory: the place of the value is behind its key. */
export interface Records {
  readonly bytes: number;
  readonly placeAt: number;
}

/**
 * Writes a module that sorts lines, a unit of work each.
 *
 * @param write - prepares code, and gives that which leaves records in order and says where they start.
 */
export function emitSort(
  dtype: DType,
  records: Records,
  memory: MemoryImport,
  write: (body: FunctionBody, line: SortedLine) => () => Expr<'i32'>,
): ModuleBuilder {
  const builder = new ModuleBuilder(memory);
  const width = DTYPES[dtype].bytes as Width;
  builder.addFunction('run', ['i32', 'i32', 'i32', 'i32'], (body, args, start, end, thread) => {
    const words = ARGUMENTS.read(body, args);
    const { length, inner } = words;
    const x = body.local('i32');
    const step = body.let(i32.mul(inner, i32.const(width)));
    const own = body.let(i32.add(words.own, i32.mul(thread, words.ownBytes)));
    const spare = body.let(i32.add(own, words.spare));
    const counts = body.let(i32.add(own, words.counts));
    const [record, y, index, left] = [0, 0, 0, 0].map(() => body.local('i32'));
    const sortLine = write(body, { length, flip: words.flip, x, step, own, spare, counts });
    body.while(i32.ltU(start, end), () => {
      const first = lineStart(body, start, words);
      body.set(x, i32.add(words.x, i32.mul(first, i32.const(width))));
      body.set(record, sortLine());
      body.set(y, i32.add(words.y, i32.mul(first, i32.const(width))));
      body.set(index, i32.add(words.index, i32.shl(first, i32.const(2))));
      body.set(left, length);
      body.doWhile(left, () => {
        const place = body.let(i32.load(record, records.placeAt));
        copyElement(body, width, i32.add(x, i32.mul(place, step)), y);
        body.store(index, place);
        body.advance(record, records.bytes);
        body.advance(y, step);
        body.advance(index, i32.shl(inner, i32.const(2)));
        body.advance(left, -1);
      });
      body.advance(start, 1);
    });
  });
  return builder;
}
