import type { Operand } from '@flambeau/core/functional';
import { mergeLayouts, sizeOf } from '@flambeau/core/functional';
import type { AdapterTraits } from '../../device/traits.ts';

/** Dimensions of a view, merged where possible. */
export interface Walk {
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/** What is reduced: `rows` results of `length` elements each, which lie alike in all operands that are walked. */
export interface Problem {
  readonly kept: Walk;
  readonly reduced: Walk;
  readonly rows: number;
  readonly length: number;
  /** Whether the first elements of the operands lie at multiples of four. */
  readonly aligned: boolean;
}

/** How it is done. */
export interface Plan {
  /** Invocations of a group that shares a row; 0 where an invocation has it to itself. */
  readonly threads: number;
  /** Elements that are loaded at once: neighbours within a row, or (`across`) in as many rows. */
  readonly width: 1 | 4;
  readonly across: boolean;
  /** Parts of a row, and how many elements each has at most. */
  readonly splits: number;
  readonly chunk: number;
}

/** Elements of a row from which a group shares it on GPUs. */
const LONG = 64;
/** Threads of a group, for rows up to {@link SHORT_FOR_GROUP} and beyond. */
const THREADS = [64, 256] as const;
const SHORT_FOR_GROUP = 1024;
/** Fewest elements that are worth a group, and groups that keep a GPU busy. */
const GROUP_CHUNK = 4096;
const GROUPS = 1024;
/** The same for invocations that walk alone on GPUs: many threads hide each other's waits for memory. */
const HARDWARE_CHUNK = 32;
const HARDWARE_INVOCATIONS = 32_768;
/** … and on processors, where a few vectors of invocations keep all cores busy. The chunk bounds the rounding error. */
const SOFTWARE_CHUNK = 4096;
const SOFTWARE_LEAST = 256;
const SOFTWARE_INVOCATIONS = 256;

const inner = (walk: Walk): number => walk.strides.at(-1) ?? 0;
const byFours = (strides: readonly number[]): boolean => strides.every((stride) => stride % 4 === 0);

/** The last `count` axes of an operand as what is reduced. */
export function problemOf(x: Operand, count: number): Problem {
  const split = x.shape.length - count;
  const part = (from: number, to?: number): Walk => {
    const { shape, strides } = mergeLayouts({
      shape: x.shape.slice(from, to),
      strides: [x.strides.slice(from, to)],
    });
    return { shape, strides: strides[0] as readonly number[] };
  };
  const [kept, reduced] = [part(0, split), part(split)];
  return {
    kept,
    reduced,
    rows: sizeOf(kept.shape),
    length: sizeOf(reduced.shape),
    aligned: x.offset % 4 === 0,
  };
}

/** Whether the elements of a row lie closer together than rows do. */
const isAlong = ({ kept, reduced, rows }: Problem): boolean =>
  rows === 1 || Math.abs(inner(reduced)) <= Math.abs(inner(kept));

function fours({ kept, reduced, aligned }: Problem, along: boolean): boolean {
  if (!aligned) return false;
  const [near, far] = along ? [reduced, kept] : [kept, reduced];
  const last = near.shape.at(-1) as number;
  const oneRun = along && near.shape.length === 1;
  return (
    inner(near) === 1 &&
    (oneRun || last % 4 === 0) &&
    byFours(near.strides.slice(0, -1)) &&
    byFours(far.strides)
  );
}

const between = (least: number, value: number, most: number): number =>
  Math.max(least, Math.min(value, most));

/** Threads of a group for rows of a length. */
export function threadsFor(traits: AdapterTraits, length: number): number {
  const threads = THREADS[length > SHORT_FOR_GROUP ? 1 : 0];
  return Math.min(threads, traits.maxThreads);
}

/** How many parts the rows are cut into. */
function splitsFor({ software }: AdapterTraits, lines: number, length: number, grouped: boolean): number {
  if (grouped) return between(1, Math.ceil(length / GROUP_CHUNK), Math.ceil(GROUPS / lines));
  if (!software)
    return between(1, Math.ceil(length / HARDWARE_CHUNK), Math.floor(HARDWARE_INVOCATIONS / lines));
  const few = Math.min(Math.ceil(length / SOFTWARE_LEAST), Math.floor(SOFTWARE_INVOCATIONS / lines));
  return Math.max(1, few, Math.ceil(length / (SOFTWARE_CHUNK * 4)));
}

/** How a problem is solved on an adapter. By its shape and layout alone: the same numbers in every run. */
export function planOf(traits: AdapterTraits, problem: Problem): Plan {
  const { rows, length } = problem;
  const along = isAlong(problem);
  const grouped = !traits.software && along && length >= LONG;
  // On GPUs neighbouring invocations load neighbouring columns together as they are.
  const width = fours(problem, along) && (along || traits.software) ? 4 : 1;
  const across = width === 4 && !along;
  const splits = splitsFor(traits, Math.max(across ? rows / 4 : rows, 1), length, grouped);
  const chunk = Math.ceil(Math.ceil(length / splits) / 4) * 4;
  return {
    threads: grouped ? threadsFor(traits, Math.min(length, chunk)) : 0,
    width,
    across,
    splits: Math.max(1, Math.ceil(length / Math.max(chunk, 1))),
    chunk,
  };
}

/** How the parts are put together: a group takes those of a row where there are many. */
export function joinPlan(traits: AdapterTraits, splits: number): Plan {
  const grouped = !traits.software && splits >= LONG;
  return {
    threads: grouped ? threadsFor(traits, splits) : 0,
    width: 1,
    across: false,
    splits: 1,
    chunk: splits,
  };
}
