import type { MapProgram, ScalarNode } from '@flambeau/core/functional';
import { DTYPES, expandScalar, topological } from '@flambeau/core/functional';
import { vectorFunctions } from '../math/functions.ts';
import { integerCode } from './lane-by-lane.ts';
import { hasFunction, isImported } from './math-calls.ts';

/** Nanoseconds, measured on one core. They need not be right: only how maps are split hangs on them. */
const PER_BYTE = 0.01;
const PER_OPERATION = 0.03;
const PER_DIVISION = 0.25;
const PER_FUNCTION = 1.8;
const PER_POWER = 8;
const PER_CALL = 12;

/** Nanoseconds of work that a thread takes at a time, and how many there must be to share them. */
const GRAIN = 10_000;
const SPLIT_ABOVE = 40_000;

/** How many of `size` elements a thread takes at a time, if each takes `time` nanoseconds. */
export function grainFor(size: number, time: number): number {
  return size * time < SPLIT_ABOVE ? size : Math.ceil(GRAIN / time);
}

/** About how long one element of a program takes, in nanoseconds. */
export function elementTime({ root, inputs, dtype }: MapProgram): number {
  const nodes = topological([expandScalar(root, hasFunction)]);
  let time = 0;
  for (const x of [...inputs, dtype]) time += DTYPES[x].bytes * PER_BYTE;
  for (const node of nodes) if (node.args.length > 0) time += operationTime(node);
  return time;
}

function operationTime({ op, args, type }: ScalarNode): number {
  const own = args[0]?.type ?? type;
  if (own === 'float32' && vectorFunctions[op]) return op === 'pow' ? PER_POWER : PER_FUNCTION;
  if (isImported(op, own)) return PER_CALL;
  if (own === 'int32' && integerCode[op]) return PER_FUNCTION;
  const wide = own === 'float64' ? 2 : 1;
  return wide * (op === 'div' || op === 'sqrt' ? PER_DIVISION : PER_OPERATION);
}
