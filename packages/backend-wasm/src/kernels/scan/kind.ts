import type { DType } from '@flambeau/core/functional';
import { argumentWords } from '../loops/words.ts';

/** What is computed from each element of a line and those before it. */
export type ScanOp = 'cumsum' | 'cumprod' | 'cummax' | 'cummin' | 'logcumsumexp' | 'linearScan';

/** What a kernel is compiled for. */
export interface ScanKind {
  readonly op: ScanOp;
  readonly dtype: DType;
}

/** Lines that a unit of work has at most: neighbours, where a line's elements are apart. */
export const STRIP = 16;

/**
 * Addresses, and sizes in elements: a line has `length` values, `inner` apart, and is begun `begin` elements from its
 * start; `step` bytes lead to the next. `factors` are those of a linear recurrence. `fault` is where a 1 is written if an
 * integer does not fit.
 */
export const SCAN_ARGUMENTS = argumentWords(
  'x',
  'factors',
  'y',
  'index',
  'length',
  'inner',
  'strips',
  'begin',
  'step',
  'fault',
);
