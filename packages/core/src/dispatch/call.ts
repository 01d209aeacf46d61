import type { Op } from '../ops/op.ts';
import type { Tensor } from '../tensor.ts';

/** One use of an op. Map ops may have numbers among their inputs. */
export interface Call {
  readonly op: Op;
  readonly inputs: readonly (Tensor | number)[];
  readonly attrs: unknown;
}

/** Computes all outputs of a call, hidden ones included. */
export type Run = (call: Call) => readonly Tensor[];
