import { runtime } from './runtime.ts';

/**
 * Runs a synchronous function without recording: its results require no gradient.
 *
 * @throws TypeError when `fn` is asynchronous: the mode would not hold after its first await.
 *
 * @example
 * ```ts
 * import { noGrad, ones } from '@flambeau/core';
 * const w = ones([2], { requiresGrad: true });
 * noGrad(() => w.mul(2)).requiresGrad; // false
 * ```
 */
export function noGrad<T>(fn: () => T): T {
  return withGradMode(false, fn);
}

/** Runs a synchronous function with recording on, inside of `noGrad` too. */
export function enableGrad<T>(fn: () => T): T {
  return withGradMode(true, fn);
}

/** True while operations are recorded. */
export function isGradEnabled(): boolean {
  return runtime.gradMode;
}

function withGradMode<T>(mode: boolean, fn: () => T): T {
  const before = runtime.gradMode;
  runtime.gradMode = mode;
  try {
    const result = fn();
    if (result instanceof Promise) {
      throw new TypeError(
        'noGrad(): asynchronous function: got a promise, expected a value. Await outside of it, or wrap the parts between awaits.',
      );
    }
    return result;
  } finally {
    runtime.gradMode = before;
  }
}
