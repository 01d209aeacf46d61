import type { Expr } from '../../emit/expression.ts';
import { i32 } from '../../emit/expression.ts';
import type { FunctionBody, Local } from '../../emit/function.ts';
import { argumentWords } from '../loops/words.ts';
import type { Access } from './access.ts';
import { accessElement, accessRun } from './access.ts';
import type { IndexPlan } from './plan.ts';

/**
 * Addresses, and bytes from one to the next. `lines` is looked into: its axis has `size` places, `stride` apart. `fault`
 * is where a 1 is written if a position is not among them. What follows is for scatters that threads share: positions of
 * the `outer` dimensions, strides of the dimension that is shared, and the marks of chunks of `grain` units. Then there
 * are outer dimensions of the three as `byteOffset` reads them.
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
  'outer',
  'partIndex',
  'partLine',
  'partOther',
  'grain',
  'marks',
  'origin',
);

/** Where the outer dimensions are, in words. */
export const DIMENSIONS_AT: number = INDEXED_ARGUMENTS.bytes / 4;

/** The arguments as variables. */
export type IndexedWords = ReturnType<(typeof INDEXED_ARGUMENTS)['read']>;

/** Addresses in the index, in what is looked into, and in what stands beside the index. */
export type Cursors = readonly [index: Local<'i32'>, line: Local<'i32'>, other: Local<'i32'>];

/** What an inner loop does. */
export interface InnerLoop {
  readonly access: Access;
  readonly kind: IndexPlan['kind'];
  readonly words: IndexedWords;
  /** What stands so many bytes from a place is taken instead of what stands beside the index. */
  readonly origin: Local<'i32'> | null;
}

/** Writes the inner loop over an index, from where the cursors are. Positions that there are not are told and left out. */
export function innerLoop(
  body: FunctionBody,
  { access, kind, words, origin }: InnerLoop,
  [index, line, other]: Cursors,
  count: Expr<'i32'>,
): void {
  const beside = (at: Local<'i32'>): Expr<'i32'> => (origin ? i32.add(at, origin) : other);
  const inside = (then: (at: Local<'i32'>) => void): void => {
    const position = body.let(i32.load(index));
    body.if(
      i32.ltU(position, words.size),
      () => then(body.let(i32.add(line, i32.mul(position, words.stride)))),
      () => body.store(words.fault, i32.const(1)),
    );
  };
  if (kind === 'row') {
    inside((at) => accessRun(body, access, at, beside(at), count));
    return;
  }
  const left = body.let(count);
  body.while(left, () => {
    inside((at) => accessElement(body, access, at, beside(at)));
    body.advance(index, words.indexStep);
    body.advance(line, words.lineStep);
    body.advance(other, words.otherStep);
    body.advance(left, -1);
  });
}
