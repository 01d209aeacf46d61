import type { Generator } from '@flambeau/core';
import { ArgumentError, defaultGenerator } from '@flambeau/core';
import type { Collated } from './collate.ts';
import { defaultCollate } from './collate.ts';
import type { Dataset } from './dataset.ts';
import type { BatchedSampler, Sampler } from './sampler.ts';
import { BatchSampler, drawSeed, RandomSampler, SequentialSampler } from './sampler.ts';

/** Options of {@link DataLoader}, under PyTorch's names. */
export interface DataLoaderOptions<T, B = Collated<T>> {
  /** Samples of a batch. Default 1. */
  readonly batchSize?: number;
  /** Take the samples in a new random order at each epoch. Default false. */
  readonly shuffle?: boolean;
  /** An order of one's own, instead of `shuffle`. */
  readonly sampler?: Sampler;
  /** Batches of one's own, instead of `batchSize`, `shuffle`, `sampler` and `dropLast`. */
  readonly batchSampler?: BatchedSampler;
  /** Leave out a last batch that is smaller. Default false. */
  readonly dropLast?: boolean;
  /** Makes a batch of samples. Default {@link defaultCollate}. */
  readonly collate?: (samples: T[]) => B | Promise<B>;
  /** Where the order comes from. Default: the generator that `manualSeed` seeds. */
  readonly generator?: Generator;
}

/**
 * Batches of a dataset: each iteration is an epoch, in an order of its own with `shuffle`.
 *
 * `for (const batch of loader)` works where samples and `collate` are synchronous, `for await` always; then the samples of
 * a batch are fetched together. Leaving the loop early closes the samplers.
 *
 * @typeParam T - a sample.
 * @typeParam B - a batch.
 * @throws {@link ArgumentError} on options that exclude each other.
 * @remarks Source: https://pytorch.org/docs/stable/data.html#torch.utils.data.DataLoader (PyTorch 1.13 without workers).
 * After the same `manualSeed`, or from equal generators, the order is PyTorch's, epoch after epoch; each epoch draws a
 * seed more than is used, as there.
 *
 * @example
 * ```ts
 * import { manualSeed, rand } from '@flambeau/core';
 * import { DataLoader, TensorDataset } from '@flambeau/data';
 * manualSeed(0);
 * const loader = new DataLoader(new TensorDataset(rand([200, 1]), rand([200, 1])), { batchSize: 64, shuffle: true });
 * loader.length; // 4
 * for (const [x, y] of loader) x.sub(y);
 * ```
 */
export class DataLoader<T, B = Collated<T>> implements Iterable<B>, AsyncIterable<B> {
  readonly dataset: Dataset<T>;
  readonly batchSampler: BatchedSampler;
  readonly collate: ((samples: T[]) => B | Promise<B>) | undefined;
  readonly generator: Generator | undefined;

  constructor(dataset: Dataset<T>, options: DataLoaderOptions<T, B> = {}) {
    if (typeof dataset?.get !== 'function' || typeof dataset.length !== 'number') {
      throw new ArgumentError(
        'DataLoader',
        'not a dataset: expected an object with length and get(index). Wrap an array in new ArrayDataset(array).',
      );
    }
    this.dataset = dataset;
    this.batchSampler = batchesOf(dataset, options);
    this.collate = options.collate;
    this.generator = options.generator;
  }

  /** Number of batches of an epoch. */
  get length(): number {
    return this.batchSampler.length;
  }

  /** @throws {@link ArgumentError} when a sample or a batch comes asynchronously. */
  [Symbol.iterator](): IterableIterator<B> {
    drawSeed(this.generator ?? defaultGenerator());
    return iterate(this);
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<B> {
    drawSeed(this.generator ?? defaultGenerator());
    return iterateAsync(this);
  }
}

function batchesOf<T, B>(dataset: Dataset<T>, options: DataLoaderOptions<T, B>): BatchedSampler {
  const { batchSize = 1, shuffle = false, sampler, batchSampler, dropLast = false, generator } = options;
  if (batchSampler) {
    const excluded = (['batchSize', 'shuffle', 'sampler', 'dropLast'] as const).filter(
      (name) => options[name] !== undefined,
    );
    if (excluded.length > 0) {
      throw new ArgumentError(
        'DataLoader',
        `batchSampler excludes other options: got ${excluded.join(', ')} too, expected it alone.`,
      );
    }
    return batchSampler;
  }
  if (sampler && shuffle) {
    throw new ArgumentError('DataLoader', 'sampler and shuffle exclude each other: got both, expected one.');
  }
  const random = (): Sampler => new RandomSampler(dataset, { ...(generator && { generator }) });
  const order = sampler ?? (shuffle ? random() : new SequentialSampler(dataset));
  return new BatchSampler(order, batchSize, { dropLast });
}

const isPromise = (value: unknown): value is Promise<unknown> =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';

/** The value, unless it comes asynchronously. */
function now<V>(what: string, value: V | Promise<V>): V {
  if (!isPromise(value)) return value;
  Promise.resolve(value).catch(() => {}); // nobody else will hear of a failure
  throw new ArgumentError(
    'DataLoader',
    `${what} is asynchronous: got a promise in a plain for loop, expected a value. Use \`for await (const batch of loader)\`.`,
  );
}

function* iterate<T, B>({ dataset, batchSampler, collate }: DataLoader<T, B>): IterableIterator<B> {
  for (const indices of batchSampler) {
    if (!collate && dataset.batch) yield now('dataset.batch()', dataset.batch(indices)) as B;
    else {
      const samples = indices.map((index) => now('dataset.get()', dataset.get(index)));
      yield collate ? now('collate()', collate(samples)) : (defaultCollate(samples) as B);
    }
  }
}

async function* iterateAsync<T, B>({
  dataset,
  batchSampler,
  collate,
}: DataLoader<T, B>): AsyncIterableIterator<B> {
  for (const indices of batchSampler) {
    if (!collate && dataset.batch) yield (await dataset.batch(indices)) as B;
    else {
      const samples = await Promise.all(indices.map((index) => dataset.get(index)));
      yield collate ? await collate(samples) : (defaultCollate(samples) as B);
    }
  }
}
