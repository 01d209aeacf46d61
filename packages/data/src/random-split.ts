import type { Generator } from '@flambeau/core';
import { ArgumentError, defaultGenerator, fillRandperm } from '@flambeau/core';
import type { Dataset } from './dataset.ts';
import { Subset } from './dataset.ts';

/** Options of {@link randomSplit}. */
export interface RandomSplitOptions {
  /** Default: the generator that `manualSeed` seeds. */
  readonly generator?: Generator;
}

/**
 * Splits a dataset at random into parts without common samples.
 *
 * @param lengths - sizes that add up to the dataset's length, or fractions that add up to 1 (rounded down; what is left
 * goes one each to the first parts).
 * @returns one subset for each length, in PyTorch's order after the same seed.
 * @throws {@link ArgumentError} when the lengths do not add up.
 * @remarks Source: https://pytorch.org/docs/stable/data.html#torch.utils.data.random_split
 *
 * @example
 * ```ts
 * import { ArrayDataset, randomSplit } from '@flambeau/data';
 * const [train, validation] = randomSplit(new ArrayDataset([1, 2, 3, 4, 5]), [0.8, 0.2]);
 * ```
 */
export function randomSplit<T, const L extends readonly number[]>(
  dataset: Dataset<T>,
  lengths: L,
  { generator = defaultGenerator() }: RandomSplitOptions = {},
): { -readonly [K in keyof L]: Subset<T> } {
  const sizes = resolve(lengths, dataset.length);
  const order = new Int32Array(dataset.length);
  fillRandperm(generator, order);
  let start = 0;
  const parts = sizes.map((size) => {
    start += size;
    return new Subset(dataset, Array.from(order.subarray(start - size, start)));
  });
  return parts as unknown as { -readonly [K in keyof L]: Subset<T> };
}

function resolve(lengths: readonly number[], length: number): number[] {
  const total = lengths.reduce((sum, n) => sum + n, 0);
  if (total <= 1 && Math.abs(total - 1) <= 1e-9 && lengths.every((n) => n >= 0)) {
    const sizes = lengths.map((fraction) => Math.floor(length * fraction));
    const rest = length - sizes.reduce((sum, n) => sum + n, 0);
    for (let i = 0; i < rest; i++) sizes[i % sizes.length] = (sizes[i % sizes.length] as number) + 1;
    return sizes;
  }
  if (total !== length || lengths.some((n) => !Number.isInteger(n) || n < 0)) {
    throw new ArgumentError(
      'randomSplit',
      `the lengths do not add up: got [${lengths.join(', ')}], expected non-negative integers that add up to ${length}, or fractions that add up to 1.`,
      { lengths, length },
    );
  }
  return [...lengths];
}
