import type { AxisAttrs, Fault, Kernel, Operand } from '@flambeau/core/functional';
import { DTYPES } from '@flambeau/core/functional';
import type { Scratch } from '../../memory/scratch.ts';
import type { Executor, KernelCache } from '../compiled.ts';
import { serialExecutor, writeWords } from '../compiled.ts';
import type { Copier } from '../copy/copy.ts';
import { widthOf } from '../copy/plan.ts';
import { dimensionWords } from '../loops/words.ts';
import { addressOf } from '../operand.ts';
import type { Access } from './emit-indexed.ts';
import { emitIndexed, INDEXED_ARGUMENTS } from './emit-indexed.ts';
import { firstFault, plainAdd } from './plain.ts';
import type { IndexedWalk } from './plan.ts';
import { planIndex } from './plan.ts';

/** Elements that are worth another thread: some 50 µs. */
const GRAIN = 32_768;

/** Walks indices by emitted loops. */
export class Indexer {
  readonly #kernels: KernelCache;
  readonly #execute: Executor;
  readonly #scratch: Scratch;

  constructor(kernels: KernelCache, execute: Executor, scratch: Scratch) {
    this.#kernels = kernels;
    this.#execute = execute;
    this.#scratch = scratch;
  }

  /** Does what `access` says for every element of the index; positions that there are not are left out, and the first told. */
  run(access: Access, index: Operand, lines: Operand, other: Operand, axis: number): Fault | undefined {
    if (index.size === 0) return undefined;
    const { memory } = this.#kernels;
    const plan = planIndex(index, lines, other, axis);
    const { kind, inner, outer } = plan;
    const type = access.op === 'gather' ? access.width : access.dtype;
    const key = `${access.op} ${type} ${kind} ${outer.length}`;
    const kernel = this.#kernels.get(key, () => emitIndexed(access, plan, memory));
    const fault = this.#scratch.reserve(4);
    memory.views.int32[fault / 4] = 0;
    const bytes = DTYPES[lines.dtype].bytes;
    const words = INDEXED_ARGUMENTS.list({
      index: addressOf(index),
      lines: addressOf(lines),
      other: addressOf(other),
      length: inner.size,
      indexStep: 4 * inner.index,
      lineStep: bytes * inner.line,
      otherStep: bytes * inner.other,
      size: lines.shape[axis],
      stride: bytes * lines.strides[axis],
      fault,
    });
    const dimensions = (stride: (walk: IndexedWalk) => number, width: number): number[] =>
      dimensionWords(
        outer.map(({ size }) => size),
        outer.map(stride),
        width,
      );
    const args = writeWords(memory, [
      ...words,
      ...dimensions((walk) => walk.index, 4),
      ...dimensions((walk) => walk.line, bytes),
      ...dimensions((walk) => walk.other, bytes),
    ]);
    // What is added to is read as well, and places may come twice: one thread does it, in order.
    const execute = access.op === 'gather' ? this.#execute : serialExecutor;
    const flat = outer.length === 0;
    const units = flat ? inner.size : index.size / inner.size;
    execute(kernel, args, units, Math.max(1, Math.floor(GRAIN / (flat ? 1 : inner.size))));
    return memory.views.int32[fault / 4] === 0 ? undefined : firstFault(memory, index, lines.shape[axis]);
  }
}

/** y[…] = x at index along the axis. */
export function createGather(indexer: Indexer): Kernel<AxisAttrs> {
  return ([x, index], [y], { axis }) => indexer.run({ op: 'gather', width: widthOf(x) }, index, x, y, axis);
}

/** y = x, plus source added at index along the axis, in the index's order. */
export function createScatterAdd(kernels: KernelCache, indexer: Indexer, copier: Copier): Kernel<AxisAttrs> {
  return ([x, index, source], [y], { axis }) => {
    copier.copy({ address: addressOf(x), strides: x.strides }, y);
    const { dtype } = y;
    if (dtype !== 'float32' && dtype !== 'float64' && dtype !== 'int32')
      return plainAdd(kernels.memory, index, source, y, axis);
    return indexer.run({ op: 'add', dtype }, index, y, source, axis);
  };
}
