import type { Kernel, ReduceAttrs } from '@flambeau/core/functional';
import { sizeOf } from '@flambeau/core/functional';
import type { Scratch } from '../../memory/scratch.ts';
import type { CompiledKernel, Executor, KernelCache } from '../compiled.ts';
import { writeWords } from '../compiled.ts';
import { addressOf } from '../operand.ts';
import type { Extreme } from './emit-extreme.ts';
import { emitExtreme } from './emit-extreme.ts';
import { emitSum } from './emit-sum.ts';
import type { Nest, NestKind } from './nest.ts';
import { nest, nestOf, nestWords, unitsOf } from './nest.ts';
import { plainAmax, plainArgmax, plainSum } from './plain-reduce.ts';

/** Elements that a thread reduces at a time. */
const GRAIN = 65_536;
/** Elements of a part where there are few sums, so that threads share them. Fixed: the result hangs on it. */
const PART = 32_768;
/** Sums so many that threads share them as they are. */
const MANY = 16;

/** Sums over the last dimensions. Float32 in float64 and rounded at the end; other dtypes as plain loops. */
export function createSum(kernels: KernelCache, execute: Executor, scratch: Scratch): Kernel<ReduceAttrs> {
  const { memory } = kernels;
  const plain = plainSum(memory);
  const launch = (loops: Nest, from: number, to: number, wide: boolean): void => {
    const kernel = kernels.get(`sum ${keyOf(loops)} ${wide}`, () => emitSum(loops, wide, memory));
    runUnits(execute, kernel, writeWords(memory, nestWords(loops, from, to)), loops);
  };
  return (inputs, outputs, attrs, context) => {
    const [[x], [y]] = [inputs, outputs];
    if (x.dtype !== 'float32' || x.size === 0) return plain(inputs, outputs, attrs, context);
    const loops = nestOf(x, attrs.count);
    if (!isShared(loops)) launch(loops, addressOf(x), addressOf(y), false);
    else {
      const { inParts, rest, parts } = partsOf(loops);
      const partsAt = scratch.reserve(8 * (parts + 1) * y.size);
      const restAt = partsAt + 8 * parts * y.size;
      launch(inParts, addressOf(x), partsAt, true);
      launch(rest, addressOf(x) + 4 * parts * PART, restAt, true);
      const { float32, float64 } = memory.views;
      for (let i = 0; i < y.size; i++) {
        let total = float64[restAt / 8 + i];
        for (let part = 0; part < parts; part++) total += float64[partsAt / 8 + i * parts + part];
        float32[addressOf(y) / 4 + i] = total;
      }
    }
    return undefined;
  };
}

/** Largest element over the last dimensions. */
export function createAmax(kernels: KernelCache, execute: Executor): Kernel<ReduceAttrs> {
  return createExtreme('amax', kernels, execute, plainAmax(kernels.memory));
}

/** Position of the first largest element over the last dimensions. */
export function createArgmax(kernels: KernelCache, execute: Executor): Kernel<ReduceAttrs> {
  return createExtreme('argmax', kernels, execute, plainArgmax(kernels.memory));
}

function createExtreme(
  op: Extreme,
  kernels: KernelCache,
  execute: Executor,
  plain: Kernel<ReduceAttrs>,
): Kernel<ReduceAttrs> {
  const { memory } = kernels;
  return (inputs, outputs, attrs, context) => {
    const [[x], [y]] = [inputs, outputs];
    if (x.dtype !== 'float32' || x.size === 0) return plain(inputs, outputs, attrs, context);
    const loops = nestOf(x, attrs.count);
    const kernel = kernels.get(`${op} ${keyOf(loops)}`, () => emitExtreme(op, loops, memory));
    runUnits(execute, kernel, writeWords(memory, nestWords(loops, addressOf(x), addressOf(y))), loops);
    return undefined;
  };
}

const keyOf = ({ direction, keptRank, outerRank }: NestKind): string =>
  `${direction} ${keptRank} ${outerRank}`;

function runUnits(execute: Executor, kernel: CompiledKernel, args: number, loops: Nest): void {
  const { count, elements } = unitsOf(loops);
  execute(kernel, args, count, Math.max(1, Math.ceil(GRAIN / elements)));
}

/** Whether there are few and long sums. */
function isShared({ direction, kept, outer, run }: Nest): boolean {
  const long = direction === 'along' && outer.shape.length === 0 && run.length >= 4 * PART;
  return long && sizeOf(kept.shape) < MANY;
}

/** Long runs cut into parts of one size, and what is left of them. */
function partsOf({ kept, outer, run }: Nest): { inParts: Nest; rest: Nest; parts: number } {
  const parts = Math.floor(run.length / PART);
  const cut = { shape: [...kept.shape, parts], strides: [...kept.strides, PART] };
  return {
    inParts: nest('along', cut, outer, { length: PART, step: 1 }, 1),
    rest: nest('along', kept, outer, { length: run.length % PART, step: 1 }, 1),
    parts,
  };
}
