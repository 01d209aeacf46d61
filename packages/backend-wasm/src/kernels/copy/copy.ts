import type { Kernel, NoAttrs, Operand, PrimitiveOps } from '@flambeau/core/functional';
import { isContiguous } from '@flambeau/core/functional';
import type { Scratch } from '../../memory/scratch.ts';
import type { Executor, KernelCache } from '../compiled.ts';
import { writeWords } from '../compiled.ts';
import { dimensionWords } from '../loops/words.ts';
import { addressOf } from '../operand.ts';
import { BLOCK_UNIT, emitBlock, emitRuns, emitSteps } from './emit-copy.ts';
import { emitTurn, STRIP } from './emit-turn.ts';
import type { CopyPlan, Walk, Width } from './plan.ts';
import { planCopy, widthOf } from './plan.ts';

/** Bytes that are worth another thread: some 50 µs. */
const GRAIN_BYTES = 1 << 19;

/** Elements that are set as fast by JavaScript. */
const FEW = 256;

/** What is copied from: an address and strides. */
interface Source {
  readonly address: number;
  readonly strides: readonly number[];
}

/** Copies elements between layouts of one shape, bit for bit. */
export class Copier {
  readonly #kernels: KernelCache;
  readonly #execute: Executor;
  readonly #scratch: Scratch;

  constructor(kernels: KernelCache, execute: Executor, scratch: Scratch) {
    this.#kernels = kernels;
    this.#execute = execute;
    this.#scratch = scratch;
  }

  /** y = x */
  copy(x: Source, y: Operand): void {
    if (y.size === 0) return;
    const width = widthOf(y);
    if (isContiguous(y.shape, x.strides) && isContiguous(y.shape, y.strides)) {
      this.#block(x.address, addressOf(y), width, y.size, false);
      return;
    }
    const plan = planCopy(y.shape, x.strides, y.strides, width);
    const target = addressOf(y);
    if (plan.kind === 'block') this.#block(x.address, target, width, y.size, plan.repeated);
    else if (plan.kind === 'turn') this.#turn(plan, x.address, target, width);
    else this.#loops(plan, x.address, target, width);
  }

  /** y = value everywhere. */
  fill(value: number, y: Operand): void {
    if (y.size <= FEW && isContiguous(y.shape, y.strides)) {
      const { data, at } = this.#kernels.memory.at(y.dtype, addressOf(y));
      data.fill(value, at, at + y.size);
      return;
    }
    // A single element that is copied to all places.
    const address = this.#scratch.reserve(BLOCK_UNIT);
    const { data, at } = this.#kernels.memory.at(y.dtype, address);
    data[at] = value;
    this.copy({ address, strides: y.strides.map(() => 0) }, y);
  }

  #block(from: number, to: number, width: Width, size: number, repeated: boolean): void {
    const { memory } = this.#kernels;
    const bytes = size * width;
    const units = Math.floor(bytes / BLOCK_UNIT);
    let source = from;
    if (repeated) {
      source = this.#scratch.reserve(BLOCK_UNIT);
      const pattern = memory.views.uint8.slice(from, from + width);
      for (let i = 0; i < BLOCK_UNIT; i += width) memory.views.uint8.set(pattern, source + i);
    }
    if (units > 0) {
      const kernel = this.#kernels.get(`copy-block ${repeated}`, () => emitBlock(repeated, memory));
      this.#execute(kernel, writeWords(memory, [source, to]), units, GRAIN_BYTES / BLOCK_UNIT);
    }
    const done = units * BLOCK_UNIT;
    const rest = repeated ? source : from + done;
    memory.views.uint8.copyWithin(to + done, rest, rest + bytes - done);
  }

  #loops(
    { kind, inner, outer }: Extract<CopyPlan, { kind: 'runs' | 'steps' }>,
    from: number,
    to: number,
    width: Width,
  ): void {
    const { memory } = this.#kernels;
    const emit = kind === 'runs' ? emitRuns : emitSteps;
    const rank = outer.length;
    const kernel = this.#kernels.get(`copy-${kind} ${width} ${rank}`, () => emit(width, rank, memory));
    const steps = kind === 'runs' ? [] : [inner.x * width, inner.y * width];
    const words = [from, to, inner.size, ...steps, ...outerWords(outer, width)];
    const grain = Math.max(1, Math.floor(GRAIN_BYTES / (inner.size * (kind === 'runs' ? width : 8))));
    this.#execute(kernel, writeWords(memory, words), count(outer), grain);
  }

  #turn(
    { inner, across, outer }: Extract<CopyPlan, { kind: 'turn' }>,
    from: number,
    to: number,
    width: Width,
  ): void {
    const { memory } = this.#kernels;
    const rank = outer.length;
    const side = width === 4 ? 4 : 8;
    const kernel = this.#kernels.get(`copy-turn ${width} ${rank}`, () => emitTurn(side, rank, memory));
    const strips = Math.ceil(across.size / STRIP);
    const sizes = [inner.size, inner.x * width, across.size, across.y * width, strips];
    const grain = Math.max(1, Math.floor(GRAIN_BYTES / (2 * inner.size * STRIP * width)));
    const words = [from, to, ...sizes, ...outerWords(outer, width)];
    this.#execute(kernel, writeWords(memory, words), count(outer) * strips, grain);
  }
}

const count = (walks: readonly Walk[]): number => walks.reduce((total, { size }) => total * size, 1);

/** Outer dimensions as kernels read them: for the source, then for the target. */
function outerWords(walks: readonly Walk[], width: number): number[] {
  const sizes = walks.map(({ size }) => size);
  return [walks.map(({ x }) => x), walks.map(({ y }) => y)].flatMap((strides) =>
    dimensionWords(sizes, strides, width),
  );
}

/** Copies between any two layouts of one shape. */
export function createCopy(copier: Copier): Kernel<NoAttrs> {
  return ([x], [y]) => copier.copy({ address: addressOf(x), strides: x.strides }, y);
}

/** Sets every element. */
export function createFill(copier: Copier): Kernel<PrimitiveOps['fill']> {
  return (_inputs, [y], { value }) => copier.fill(y.dtype === 'bool' ? Number(value !== 0) : value, y);
}
