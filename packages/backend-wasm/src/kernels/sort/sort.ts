import type { DType, Kernel, SortAttrs } from '@flambeau/core/functional';
import { Areas } from '../../memory/areas.ts';
import type { Scratch } from '../../memory/scratch.ts';
import type { CompiledKernel, Executor, KernelCache } from '../compiled.ts';
import { serialExecutor, writeWords } from '../compiled.ts';
import { linesOf } from '../loops/lines.ts';
import { addressOf } from '../operand.ts';
import { emitInsertion, insertedRecords } from './emit-insertion.ts';
import { countsBytes, emitRadix, RECORD } from './emit-radix.ts';
import { sortWords } from './emit-sort.ts';
import { keyBits } from './keys.ts';

/** Elements that are worth another thread: some 50 µs. */
const GRAIN = 4_096;
/** Longest lines that are sorted by insertion: of numbers, and of bytes, which have one digit. */
const [SHORT, SHORT_BYTES] = [40, 16];
/** Lines from which on long digits pay, though their counters fill more of the first cache. */
const LONG = 16_384;
/** Bytes that all threads together may take. Lines so long that it is not enough are sorted one by one. */
const MOST_BYTES = 1 << 28;

/** How lines of a length are sorted: the kernel, and what it needs of a thread's own memory. */
interface Way {
  readonly kernel: CompiledKernel;
  readonly spare: number;
  readonly counts: number;
  readonly bytes: number;
}

/** Values in order along an axis, and where they were: stable, NaN is the largest. */
export function createSort(kernels: KernelCache, execute: Executor, scratch: Scratch): Kernel<SortAttrs> {
  const { memory } = kernels;
  return ([x], [y, index], { axis, descending }) => {
    if (x.size === 0) return;
    const { length, inner, count } = linesOf(x.shape, axis);
    const { kernel, spare, counts, bytes } = wayFor(kernels, x.dtype, length);
    const shared = count > 1 && bytes * execute.threads <= MOST_BYTES;
    const words = sortWords({
      x: addressOf(x),
      y: addressOf(y),
      index: addressOf(index),
      length,
      inner,
      flip: descending ? -1 : 0,
      own: scratch.reserve(bytes * (shared ? execute.threads : 1)),
      ownBytes: bytes,
      spare,
      counts,
    });
    const run = shared ? execute : serialExecutor;
    run(kernel, writeWords(memory, words), count, Math.max(1, Math.floor(GRAIN / length)));
  };
}

function wayFor(kernels: KernelCache, dtype: DType, length: number): Way {
  const { memory } = kernels;
  const areas = new Areas();
  const isByte = keyBits(dtype) === 8;
  if (length <= (isByte ? SHORT_BYTES : SHORT)) {
    areas.add((length + 1) * insertedRecords(dtype).bytes);
    const kernel = kernels.get(`sort-insertion ${dtype}`, () => emitInsertion(dtype, memory));
    return { kernel, spare: 0, counts: 0, bytes: areas.bytes };
  }
  const bits = !isByte && length >= LONG ? 11 : 8;
  areas.add(length * RECORD);
  const [spare, counts] = [areas.add(length * RECORD), areas.add(countsBytes(dtype, bits))];
  const kernel = kernels.get(`sort-radix ${dtype} ${bits}`, () => emitRadix(dtype, bits, memory));
  return { kernel, spare, counts, bytes: areas.bytes };
}
