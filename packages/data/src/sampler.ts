import type { Generator } from '@flambeau/core';
import { ArgumentError, defaultGenerator, fillRandperm, Mt19937 } from '@flambeau/core';

/** Positions in the order in which samples are taken; iterated once an epoch. */
export interface Sampler extends Iterable<number> {
  /** How many positions an epoch has. */
  readonly length: number;
}

/** Lists of positions, one for each batch. */
export interface BatchedSampler extends Iterable<readonly number[]> {
  /** How many batches an epoch has. */
  readonly length: number;
}

/** Anything with a length. */
export interface Sized {
  readonly length: number;
}

const CHUNK = 32;

/** @throws {@link ArgumentError} unless the value is a positive integer. */
export function checkPositiveInteger(op: string, name: string, value: unknown): void {
  if (Number.isSafeInteger(value) && (value as number) > 0) return;
  throw new ArgumentError(op, `invalid ${name}: got ${String(value)}, expected a positive integer.`, {
    [name]: value,
  });
}

/** What PyTorch draws as a seed: a non-negative 63-bit integer. */
export function drawSeed(generator: Generator): bigint {
  return generator.random64() & (2n ** 63n - 1n);
}

/**
 * Positions from first to last.
 *
 * @example
 * ```ts
 * import { SequentialSampler } from '@flambeau/data';
 * [...new SequentialSampler({ length: 3 })]; // [0, 1, 2]
 * ```
 */
export class SequentialSampler implements Sampler {
  readonly source: Sized;

  constructor(source: Sized) {
    this.source = source;
  }

  get length(): number {
    return this.source.length;
  }

  *[Symbol.iterator](): IterableIterator<number> {
    for (let i = 0; i < this.source.length; i++) yield i;
  }
}

/** Options of {@link RandomSampler}. */
export interface RandomSamplerOptions {
  /** A position may come several times. Default false. */
  readonly replacement?: boolean;
  /** Positions of an epoch. Default: the length of the dataset. */
  readonly numSamples?: number;
  /** Default: a new one at each epoch, seeded from the generator that `manualSeed` seeds. */
  readonly generator?: Generator;
}

/**
 * Positions in random order, another one at each epoch: PyTorch's after the same seed.
 *
 * @remarks Source: https://pytorch.org/docs/stable/data.html#torch.utils.data.RandomSampler (PyTorch 1.13). An empty
 * dataset is allowed.
 *
 * @example
 * ```ts
 * import { manualSeed } from '@flambeau/core';
 * import { RandomSampler } from '@flambeau/data';
 * manualSeed(0);
 * [...new RandomSampler({ length: 5 })]; // [1, 3, 4, 2, 0]
 * ```
 */
export class RandomSampler implements Sampler {
  readonly source: Sized;
  readonly replacement: boolean;
  readonly generator: Generator | undefined;
  readonly numSamples: number | undefined;

  constructor(source: Sized, { replacement = false, numSamples, generator }: RandomSamplerOptions = {}) {
    if (numSamples !== undefined) checkPositiveInteger('RandomSampler', 'numSamples', numSamples);
    this.source = source;
    this.replacement = replacement;
    this.numSamples = numSamples;
    this.generator = generator;
  }

  get length(): number {
    return this.source.length === 0 ? 0 : (this.numSamples ?? this.source.length);
  }

  *[Symbol.iterator](): IterableIterator<number> {
    const n = this.source.length;
    if (n === 0) return;
    const generator = this.generator ?? new Mt19937(drawSeed(defaultGenerator()));
    const count = this.length;
    // Draws come in PyTorch's portions, an empty last one included: a given generator ends in the same state.
    const portion = this.replacement ? CHUNK : n;
    for (let left = count; ; left -= portion) {
      const size = this.replacement ? Math.min(left, CHUNK) : n;
      const drawn = this.replacement ? choices(generator, n, size) : permutation(generator, n);
      for (let i = 0; i < Math.min(left, size); i++) yield drawn[i] as number;
      if (left < portion) return;
    }
  }
}

function permutation(generator: Generator, n: number): Int32Array {
  const order = new Int32Array(n);
  fillRandperm(generator, order);
  return order;
}

function choices(generator: Generator, n: number, count: number): number[] {
  return Array.from({ length: count }, () => generator.random() % n);
}

/** Options of {@link BatchSampler}. */
export interface BatchSamplerOptions {
  /** Leave out a last batch that is smaller. Default false. */
  readonly dropLast?: boolean;
}

/**
 * Puts the positions of another sampler into batches.
 *
 * @remarks Source: https://pytorch.org/docs/stable/data.html#torch.utils.data.BatchSampler
 *
 * @example
 * ```ts
 * import { BatchSampler, SequentialSampler } from '@flambeau/data';
 * [...new BatchSampler(new SequentialSampler({ length: 5 }), 2)]; // [[0, 1], [2, 3], [4]]
 * ```
 */
export class BatchSampler implements BatchedSampler {
  readonly sampler: Sampler;
  readonly batchSize: number;
  readonly dropLast: boolean;

  constructor(sampler: Sampler, batchSize: number, { dropLast = false }: BatchSamplerOptions = {}) {
    checkPositiveInteger('BatchSampler', 'batchSize', batchSize);
    this.sampler = sampler;
    this.batchSize = batchSize;
    this.dropLast = dropLast;
  }

  get length(): number {
    const batches = this.sampler.length / this.batchSize;
    return this.dropLast ? Math.floor(batches) : Math.ceil(batches);
  }

  *[Symbol.iterator](): IterableIterator<number[]> {
    let batch: number[] = [];
    for (const index of this.sampler) {
      batch.push(index);
      if (batch.length === this.batchSize) {
        yield batch;
        batch = [];
      }
    }
    if (batch.length > 0 && !this.dropLast) yield batch;
  }
}
