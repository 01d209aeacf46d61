import type { DType } from '@flambeau/core/functional';
import type { Expr } from '../../emit/expression.ts';
import { i32 } from '../../emit/expression.ts';
import type { Local } from '../../emit/function.ts';
import type { MemoryImport, ModuleBuilder } from '../../emit/module.ts';
import { rangeOf } from '../loops/integers.ts';
import type { Records } from './emit-sort.ts';
import { emitSort } from './emit-sort.ts';
import { keyOf, keyWords } from './keys.ts';

/** A key's words, the lowest first, and the place of its value. */
export const insertedRecords = (dtype: DType): Records => ({
  bytes: 4 * (keyWords(dtype) + 1),
  placeAt: 4 * keyWords(dtype),
});

/** Sorts short lines: every record moves down until it meets one that is not greater. */
export function emitInsertion(dtype: DType, memory: MemoryImport): ModuleBuilder {
  const records = insertedRecords(dtype);
  const { bytes, placeAt } = records;
  return emitSort(dtype, records, memory, (body, { length, x, step, flip, own }) => {
    const keys = rangeOf(keyWords(dtype)).map(() => body.local('i32'));
    const [at, last, end, place] = rangeOf(4).map(() => body.local('i32'));
    /** Whether the record at an address comes after the present one. */
    const isGreater = (record: Local<'i32'>): Expr<'i32'> => {
      const [low, high] = keys.map((key, word) => i32.gtU(i32.load(record, 4 * word), key));
      if (!high) return low;
      return i32.or(high, i32.and(i32.eq(i32.load(record, 4), keys[1]), low));
    };
    return () => {
      // Nothing is less than the first record, which is none of the line's: so the search ends there.
      for (const word of rangeOf(keys.length)) body.store(own, i32.const(0), 4 * word);
      body.set(at, x);
      body.set(place, i32.const(0));
      body.set(end, own);
      body.doWhile(i32.ltU(place, length), () => {
        for (const [word, key] of keys.entries()) body.set(key, i32.xor(keyOf(body, dtype, at, word), flip));
        body.set(last, end);
        body.while(isGreater(last), () => {
          for (let offset = 0; offset < bytes; offset += 4)
            body.store(last, i32.load(last, offset), offset + bytes);
          body.advance(last, -bytes);
        });
        for (const [word, key] of keys.entries()) body.store(last, key, bytes + 4 * word);
        body.store(last, place, bytes + placeAt);
        body.advance(end, bytes);
        body.advance(at, step);
        body.advance(place, 1);
      });
      return i32.add(own, i32.const(bytes));
    };
  });
}
