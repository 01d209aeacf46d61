import type { AxisAttrs, Fault, Kernel, LinearScanAttrs, Operand } from '@flambeau/core/functional';
import { DTYPES } from '@flambeau/core/functional';
import type { Scratch } from '../../memory/scratch.ts';
import type { Executor, KernelCache } from '../compiled.ts';
import { writeWords } from '../compiled.ts';
import { linesOf } from '../loops/lines.ts';
import { addressOf, place } from '../operand.ts';
import { emitScan } from './emit-scan.ts';
import type { ScanOp } from './kind.ts';
import { SCAN_ARGUMENTS, STRIP } from './kind.ts';

/** Elements that are worth another thread: some 50 µs; fewer where the engine's functions are called. */
const [GRAIN, GRAIN_OF_CALLS] = [32_768, 2_048];

/** What a scan reads and writes; factors and positions where the op has them. */
interface ScanOperands {
  readonly x: Operand;
  readonly factors?: Operand;
  readonly y: Operand;
  readonly index?: Operand;
}

/** Running totals and extremes along an axis. */
export class Scanner {
  readonly #kernels: KernelCache;
  readonly #execute: Executor;
  readonly #scratch: Scratch;

  constructor(kernels: KernelCache, execute: Executor, scratch: Scratch) {
    this.#kernels = kernels;
    this.#execute = execute;
    this.#scratch = scratch;
  }

  /** Running sums, products and logarithms of sums. An integer outside of int32 is a fault. */
  totals(op: 'cumsum' | 'cumprod' | 'logcumsumexp'): Kernel<AxisAttrs> {
    return ([x], [y], { axis }) => {
      if (!this.#run(op, { x, y }, axis, false)) return undefined;
      return this.#firstFault(x, axis, op === 'cumsum' ? (a, b) => a + b : (a, b) => a * b);
    };
  }

  /** Running extremes and their last positions. */
  extremes(op: 'cummax' | 'cummin'): Kernel<AxisAttrs> {
    return ([x], [y, index], { axis }) => void this.#run(op, { x, y, index }, axis, false);
  }

  /** y_k = a_k·y_{k−1} + b_k, or from the end. */
  recurrence(): Kernel<LinearScanAttrs> {
    return ([factors, x], [y], { axis, reverse }) =>
      void this.#run('linearScan', { x, factors, y }, axis, reverse);
  }

  /** Whether an integer did not fit. */
  #run(op: ScanOp, { x, factors = x, y, index = y }: ScanOperands, axis: number, reverse: boolean): boolean {
    if (y.size === 0) return false;
    const { memory } = this.#kernels;
    const { dtype } = y;
    const { length, inner, count } = linesOf(y.shape, axis);
    const strips = Math.ceil(inner / STRIP);
    const kernel = this.#kernels.get(`${op} ${dtype}`, () => emitScan({ op, dtype }, memory));
    const fault = this.#scratch.reserve(4);
    memory.views.int32[fault / 4] = 0;
    const words = SCAN_ARGUMENTS.list({
      x: addressOf(x),
      factors: addressOf(factors),
      y: addressOf(y),
      index: addressOf(index),
      length,
      inner,
      strips,
      begin: reverse ? (length - 1) * inner : 0,
      step: (reverse ? -1 : 1) * inner * DTYPES[dtype].bytes,
      fault,
    });
    const grain = (op === 'logcumsumexp' ? GRAIN_OF_CALLS : GRAIN) / (length * Math.min(inner, STRIP));
    const units = (count / inner) * strips;
    this.#execute(kernel, writeWords(memory, words), units, Math.max(1, Math.floor(grain)));
    return memory.views.int32[fault / 4] !== 0;
  }

  /** The first integer outside of int32, line by line. */
  #firstFault(x: Operand, axis: number, step: (total: number, value: number) => number): Fault | undefined {
    const { data, offset } = place(this.#kernels.memory, x);
    const { length, inner, count } = linesOf(x.shape, axis);
    for (let line = 0; line < count; line++) {
      const start = line + Math.floor(line / inner) * inner * (length - 1);
      let total = data[offset + start];
      for (let i = 1; i < length; i++) {
        const index = start + i * inner;
        total = step(total, data[offset + index]);
        if (total !== (total | 0)) return { value: total, index };
      }
    }
    return undefined;
  }
}
