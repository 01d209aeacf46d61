import type { DType } from '@flambeau/core/functional';
import type { Expr } from '../../emit/expression.ts';
import { f64, i32 } from '../../emit/expression.ts';
import type { FunctionBody, Local } from '../../emit/function.ts';
import type { MemoryImport, ModuleBuilder } from '../../emit/module.ts';
import { clear } from '../loops/clear.ts';
import { rangeOf } from '../loops/integers.ts';
import type { SortedLine } from './emit-sort.ts';
import { emitSort } from './emit-sort.ts';
import { keyBits, keyOf, keyWords } from './keys.ts';

/** Bytes of a record: a word of the key, and the place of its value. */
export const RECORD = 8;

/** Digits of a word of the keys. */
const digitsOf = (dtype: DType, bits: number): number => Math.ceil(Math.min(keyBits(dtype), 32) / bits);

/** Bytes of the counters: for every digit of a word and each of its values. */
export const countsBytes = (dtype: DType, bits: number): number => 4 * digitsOf(dtype, bits) * 2 ** bits;

/**
 * Sorts by one digit of the keys after the other, the lowest first: each time records are counted by their digit, and
 * move in order to where those of their digit begin. So it is stable.
 */
export function emitRadix(dtype: DType, bits: number, memory: MemoryImport): ModuleBuilder {
  const digits = rangeOf(digitsOf(dtype, bits));
  const bytes = 4 * 2 ** bits;
  const slot = (base: Expr<'i32'>, key: Expr<'i32'>, digit: number): Expr<'i32'> => {
    // The digit times 4, the bytes of a counter.
    const up = digit === 0 ? i32.shl(key, i32.const(2)) : i32.shrU(key, i32.const(digit * bits - 2));
    return i32.add(base, i32.and(up, i32.const(bytes - 4)));
  };
  return emitSort(dtype, { bytes: RECORD, placeAt: 4 }, memory, (body, line) => {
    const { length, own, spare, counts } = line;
    const [from, to] = [body.local('i32'), body.local('i32')];
    const spread = emitSpread(body, { length, from, to }, bytes, slot);
    return () => {
      body.set(from, own);
      body.set(to, spare);
      for (const word of rangeOf(keyWords(dtype))) {
        clear(body, counts, i32.const(bytes * digits.length));
        eachRecord(body, line, from, word > 0, (at, record, place) => {
          const key = body.let(i32.xor(keyOf(body, dtype, at, word), line.flip));
          body.store(record, key);
          if (word === 0) body.store(record, place, 4);
          for (const digit of digits) {
            const counter = body.let(slot(i32.add(counts, i32.const(bytes * digit)), key, digit));
            body.store(counter, i32.add(i32.load(counter), i32.const(1)));
          }
        });
        for (const digit of digits) spread(body.let(i32.add(counts, i32.const(bytes * digit))), digit);
      }
      return from;
    };
  });
}

/** Writes the loop over the values of a line and their records: in order of the line, or that of the records. */
function eachRecord(
  body: FunctionBody,
  { length, x, step }: SortedLine,
  records: Expr<'i32'>,
  inOrder: boolean,
  write: (at: Local<'i32'>, record: Local<'i32'>, place: Local<'i32'>) => void,
): void {
  const [record, at, place] = [body.let(records), body.let(x), body.let(i32.const(0))];
  body.while(i32.ltU(place, length), () => {
    if (inOrder) body.set(at, i32.add(x, i32.mul(i32.load(record, 4), step)));
    write(at, record, place);
    if (!inOrder) body.advance(at, step);
    body.advance(record, RECORD);
    body.advance(place, 1);
  });
}

/** Prepares moving records from one half of the memory to the other, by a digit whose values were counted. */
function emitSpread(
  body: FunctionBody,
  {
    length,
    from,
    to,
  }: { readonly length: Local<'i32'>; readonly from: Local<'i32'>; readonly to: Local<'i32'> },
  bytes: number,
  slot: (base: Expr<'i32'>, key: Expr<'i32'>, digit: number) => Expr<'i32'>,
): (counts: Local<'i32'>, digit: number) => void {
  const [counter, end, sum, record, left, target] = rangeOf(6).map(() => body.local('i32'));
  return (counts, digit) => {
    // Where all have the same digit, they are in order.
    const alone = i32.eq(i32.load(slot(counts, i32.load(from), digit)), length);
    body.if(i32.eqz(alone), () => {
      body.set(counter, counts);
      body.set(end, i32.add(counts, i32.const(bytes)));
      body.set(sum, to);
      body.doWhile(i32.ltU(counter, end), () => {
        body.set(left, i32.load(counter));
        body.store(counter, sum);
        body.advance(sum, i32.mul(left, i32.const(RECORD)));
        body.advance(counter, 4);
      });
      body.set(record, from);
      body.set(left, length);
      body.doWhile(left, () => {
        body.set(counter, slot(counts, i32.load(record), digit));
        body.set(target, i32.load(counter));
        body.store(target, f64.load(record));
        body.store(counter, i32.add(target, i32.const(RECORD)));
        body.advance(record, RECORD);
        body.advance(left, -1);
      });
      body.set(left, from);
      body.set(from, to);
      body.set(to, left);
    });
  };
}
