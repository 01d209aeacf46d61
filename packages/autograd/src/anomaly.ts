import type { Tensor } from '@flambeau/core';
import { any, callSite, isnan, ValueError } from '@flambeau/core';
import type { RecordedNode } from './graph.ts';

let looking = false;

/** True while gradients are looked at. */
export function isAnomalyEnabled(): boolean {
  return looking;
}

/**
 * Looks for NaN in every gradient that backward computes, and names the op and the call that made it. Slow: every gradient
 * is read, and every call's place is recorded.
 *
 * @remarks Source: https://pytorch.org/docs/stable/autograd.html#anomaly-detection
 *
 * @example
 * ```ts
 * import { setDetectAnomaly } from '@flambeau/autograd';
 * setDetectAnomaly(true);
 * setDetectAnomaly(false);
 * ```
 */
export function setDetectAnomaly(on: boolean): void {
  looking = on;
}

/**
 * {@link setDetectAnomaly} for the time of a function, which may be asynchronous.
 *
 * @example
 * ```ts
 * import { detectAnomaly } from '@flambeau/autograd';
 * import { sqrt, tensor } from '@flambeau/core';
 * const x = tensor([-1], { requiresGrad: true });
 * detectAnomaly(() => {
 *   try {
 *     sqrt(x).sum().backward();
 *   } catch (error) {
 *     console.log((error as Error).name); // ValueError
 *   }
 * });
 * ```
 */
export function detectAnomaly<T>(fn: () => T): T {
  const before = looking;
  looking = true;
  const restore = (): void => {
    looking = before;
  };
  let result: T;
  try {
    result = fn();
  } catch (error) {
    restore();
    throw error;
  }
  if (result instanceof Promise) return result.finally(restore) as T;
  restore();
  return result;
}

/** Where the present call was made, while anomalies are looked for. */
export function anomalySite(): string | null {
  return looking ? callSite(true) : null;
}

/** A value that is 1 when a gradient has a NaN. */
export function anomalyOf(gradient: Tensor): Tensor {
  return any(isnan(gradient));
}

/** @throws {@link ValueError} that names the op and the call. */
export function reportAnomaly(node: RecordedNode, input: number): never {
  const site = node.site ? ` It was called at ${node.site}.` : '';
  throw new ValueError(
    'backward',
    `a gradient is NaN: got NaN in the gradient of input ${input} of ${node.name}, expected numbers.${site}`,
    { op: node.name, input, site: node.site },
  );
}
