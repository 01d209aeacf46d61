import type { AxisAttrs, Fault, Kernel, Operand, ScatterReduceKernelAttrs } from '@flambeau/core/functional';
import { DTYPES, isContiguous } from '@flambeau/core/functional';
import type { Scratch } from '../../memory/scratch.ts';
import type { CompiledKernel, Executor, KernelCache } from '../compiled.ts';
import { serialExecutor, writeWords } from '../compiled.ts';
import type { Copier } from '../copy/copy.ts';
import { widthOf } from '../copy/plan.ts';
import { dimensionWords } from '../loops/words.ts';
import { addressOf } from '../operand.ts';
import type { Access } from './access.ts';
import { accessKey } from './access.ts';
import { emitGather } from './emit-gather.ts';
import { INDEXED_ARGUMENTS } from './emit-indexed.ts';
import { emitScatter } from './emit-scatter.ts';
import { firstFault } from './first-fault.ts';
import type { IndexedWalk, IndexPlan } from './plan.ts';
import { planIndex, planScatter } from './plan.ts';

/** Elements that are worth another thread: some 50 µs. */
const GRAIN = 32_768;

/** What is walked together. */
interface Walked {
  readonly index: Operand;
  /** What is looked into. */
  readonly lines: Operand;
  /** What stands beside the index. */
  readonly other: Operand;
}

/** How units of a walk are shared: those of one chunk, and what a kernel needs for it. */
interface Share {
  readonly units: number;
  readonly grain: number;
  readonly outer: number;
  readonly part: IndexedWalk | null;
  /** Bytes from a place to what was there before. */
  readonly origin: number;
}

/** Walks indices by emitted loops. */
export class Indexer {
  readonly #kernels: KernelCache;
  readonly #execute: Executor;
  readonly #scratch: Scratch;
  readonly #copier: Copier;

  constructor(kernels: KernelCache, execute: Executor, scratch: Scratch, copier: Copier) {
    this.#kernels = kernels;
    this.#execute = execute;
    this.#scratch = scratch;
    this.#copier = copier;
  }

  /** other = lines at index along the axis. */
  gather(index: Operand, lines: Operand, other: Operand, axis: number): Fault | undefined {
    if (index.size === 0) return undefined;
    const plan = planIndex(index, lines, other, axis);
    const { kind, inner, outer } = plan;
    const width = widthOf(lines);
    const kernel = this.#kernels.get(`gather ${width} ${kind} ${outer.length}`, () =>
      emitGather(width, plan, this.#kernels.memory),
    );
    const flat = outer.length === 0;
    const units = flat ? inner.size : index.size / inner.size;
    const grain = grainOf(flat ? 1 : inner.size);
    const share = { units, grain, outer: 0, part: null, origin: 0 };
    return this.#run(this.#execute, kernel, plan, { index, lines, other }, axis, share);
  }

  /** y = x, then `access` to y at index along the axis, in the index's order. y is contiguous. */
  scatter(
    access: Access,
    x: Operand,
    index: Operand,
    source: Operand,
    y: Operand,
    axis: number,
  ): Fault | undefined {
    this.#copier.copy({ address: addressOf(x), strides: x.strides }, y);
    if (index.size === 0) return undefined;
    const plan = planScatter(index, y, source, axis);
    const { kind, outer, part } = plan;
    const key = `${accessKey(access)} ${kind} ${outer.length}`;
    const kernel = this.#kernels.get(key, () => emitScatter(access, plan, this.#kernels.memory));
    // What was there before is found beside it.
    const execute = part && isContiguous(x.shape, x.strides) ? this.#execute : serialExecutor;
    const units = part?.size ?? 1;
    const grain = grainOf(index.size / units);
    const steps = outer.reduce((total, { size }) => total * size, 1);
    const share = { units, grain, outer: steps, part, origin: addressOf(x) - addressOf(y) };
    return this.#run(execute, kernel, plan, { index, lines: y, other: source }, axis, share);
  }

  #run(
    execute: Executor,
    kernel: CompiledKernel,
    { inner, outer }: IndexPlan,
    { index, lines, other }: Walked,
    axis: number,
    { units, grain, outer: steps, part, origin }: Share,
  ): Fault | undefined {
    const { memory } = this.#kernels;
    const bytes = DTYPES[lines.dtype].bytes;
    const chunks = Math.ceil(units / grain);
    const fault = this.#scratch.reserve(4 * (chunks + 1));
    memory.views.int32.fill(0, fault / 4, fault / 4 + chunks + 1);
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
      outer: steps,
      partIndex: 4 * (part?.index ?? 0),
      partLine: bytes * (part?.line ?? 0),
      partOther: bytes * (part?.other ?? 0),
      grain,
      marks: fault + 4,
      origin,
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
    execute(kernel, args, units, grain);
    return memory.views.int32[fault / 4] === 0 ? undefined : firstFault(memory, index, lines.shape[axis]);
  }
}

const grainOf = (elements: number): number => Math.max(1, Math.floor(GRAIN / elements));

/** y[…] = x at index along the axis. */
export function createGather(indexer: Indexer): Kernel<AxisAttrs> {
  return ([x, index], [y], { axis }) => indexer.gather(index, x, y, axis);
}

/** y = x, plus source added at index along the axis, in the index's order. */
export function createScatterAdd(indexer: Indexer): Kernel<AxisAttrs> {
  return ([x, index, source], [y], { axis }) =>
    indexer.scatter({ op: 'add', dtype: y.dtype }, x, index, source, y, axis);
}

/** y = x with source written at index along the axis: the last stays. */
export function createScatter(indexer: Indexer): Kernel<AxisAttrs> {
  return ([x, index, source], [y], { axis }) =>
    indexer.scatter({ op: 'set', width: widthOf(y) }, x, index, source, y, axis);
}

const JOINS = { prod: 'mul', amax: 'max', amin: 'min' } as const;

/** y = x, and the extreme or product of it and what source has for each place. */
export function createScatterReduce(indexer: Indexer): Kernel<ScatterReduceKernelAttrs> {
  return ([x, index, source], [y], { axis, reduce }) =>
    indexer.scatter({ op: JOINS[reduce], dtype: y.dtype }, x, index, source, y, axis);
}
