import { isTensor } from '../tensor.ts';
import { reachableTensors, releaseExcept, withScope } from './scope.ts';

/**
 * Runs a function and releases every tensor that it made, except those in its result. Nobody has to use it:
 * memory stays flat without. It frees earlier.
 *
 * @param fn - a synchronous function.
 * @returns what `fn` returns; tensors inside arrays and objects are kept.
 * @throws TypeError when `fn` is asynchronous: tensors would be released while it still runs.
 *
 * @example
 * ```ts
 * import { tidy, rand } from '@flambeau/core';
 * const y = tidy(() => rand([4]).mul(2).add(1));
 * ```
 */
export function tidy<T>(fn: () => T): T {
  return withScope(true, fn, (made, result) => {
    if (result instanceof Promise) {
      throw new TypeError(
        'tidy(): asynchronous function: got a promise, expected a value. Await outside of tidy().',
      );
    }
    releaseExcept(made, reachableTensors([result], isTensor));
  });
}
