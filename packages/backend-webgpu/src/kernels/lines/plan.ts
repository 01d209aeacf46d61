import type { Operand } from '@flambeau/core/functional';
import { sizeOf } from '@flambeau/core/functional';
import type { AdapterTraits } from '../../device/traits.ts';
import { threadsFor } from '../reduce/plan.ts';

/** A contiguous tensor as lines of `length` elements that stand `step` apart; `count` of them. */
export interface Lines {
  readonly count: number;
  readonly length: number;
  readonly step: number;
}

/** How lines are walked. */
export interface LinePlan {
  /** Invocations that share a line; 0 where an invocation has it to itself. */
  readonly threads: number;
  /** Elements that are taken at once: neighbours within a line, or (`across`) in as many lines. */
  readonly width: 1 | 4;
  readonly across: boolean;
}

/** Elements from which a line is shared on GPUs; on processors where there are few lines, much longer ones. */
const LONG = 64;
const LONG_ON_PROCESSOR = 16_384;
const FEW_LINES = 4;

/** The lines along an axis; a 0-d tensor is one of one element. */
export function linesAlong({ shape, size }: Operand, axis: number): Lines {
  const length = shape.length === 0 ? 1 : (shape[axis] as number);
  const step = sizeOf(shape.slice(axis + 1));
  return { count: size === 0 ? 0 : size / length, length, step };
}

/** How lines are walked on an adapter, given where operands begin. */
export function linePlan(
  traits: AdapterTraits,
  { count, length, step }: Lines,
  offsets: readonly number[],
): LinePlan {
  const { software } = traits;
  const aligned = offsets.every((offset) => offset % 4 === 0);
  const along = step === 1;
  const long = software ? count < FEW_LINES && length >= LONG_ON_PROCESSOR : length >= LONG;
  // On GPUs neighbouring invocations load neighbouring lines together as they are.
  const across = !along && software && aligned && step % 4 === 0;
  return {
    threads: along && long ? threadsFor(traits, length) : 0,
    width: across || (along && aligned && length % 4 === 0) ? 4 : 1,
    across,
  };
}
