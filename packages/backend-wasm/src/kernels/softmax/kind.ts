import type { Callee } from '../../emit/function.ts';
import type { ModuleBuilder } from '../../emit/module.ts';
import { argumentWords } from '../loops/words.ts';

/** What is computed along lines of values. */
export type SoftmaxOp = 'softmax' | 'logSoftmax' | 'logSoftmaxGrad';

/** How a kernel does it. */
export interface SoftmaxKind {
  readonly op: SoftmaxOp;
  /** Exponentials of softmax stay in the thread's own memory between the passes; else they are computed twice. */
  readonly kept: boolean;
  /** With fused multiply-add. */
  readonly fused: boolean;
}

/**
 * Addresses, and sizes in elements: a line has `length` values, `inner` apart. `g` is the gradient of a gradient's
 * kernel, `buffer` the threads' own memory, `bufferBytes` for each.
 */
export const SOFTMAX_ARGUMENTS = argumentWords(
  'x',
  'g',
  'y',
  'length',
  'inner',
  'strips',
  'buffer',
  'bufferBytes',
);

/** What `run(arguments, start, end, thread)` is given. */
export const SOFTMAX_PARAMS = ['i32', 'i32', 'i32', 'i32'] as const;

/** JavaScript's logarithm: one for each line is cheap. */
export type Log = Callee<readonly ['f64'], 'f64'>;

/** Imports it where the op needs it. */
export function importLog(builder: ModuleBuilder, op: SoftmaxOp): Log | null {
  return op === 'logSoftmax' ? builder.importFunction('math', 'log', ['f64'], 'f64') : null;
}
