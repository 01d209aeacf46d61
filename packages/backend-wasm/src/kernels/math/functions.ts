import type { MathContext, VectorFunction } from './context.ts';
import { erf } from './erf.ts';
import { exp, expm1, tanh } from './exp.ts';
import { log, log1p } from './log.ts';
import { pow } from './pow.ts';
import { cos, sin } from './sin-cos.ts';

/**
 * Functions of float32 that kernels have code of their own for, by the names of scalar operations. Each gives the same
 * bits for the same numbers in every kernel, lane and thread.
 */
export const vectorFunctions: Readonly<Record<string, (context: MathContext) => VectorFunction>> = {
  exp,
  expm1,
  tanh,
  log,
  log1p,
  sin,
  cos,
  pow,
  erf,
};
