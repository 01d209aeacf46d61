// Against PyTorch 1.13: golden/order.json is printed by tests/golden/data.py.
import { defaultGenerator, type Generator, Mt19937, manualSeed } from '@flambeau/core';
import { describe, expect, test } from 'vitest';
import golden from './golden/order.json' with { type: 'json' };
import { ArrayDataset, DataLoader, RandomSampler, randomSplit } from './index.ts';

const numbers = (n: number): ArrayDataset<number> => new ArrayDataset(Array.from({ length: n }, (_, i) => i));
const identity = (samples: number[]): number[] => samples;

/** Seeds as the entry says; the generator that its numbers came from. */
function seeded(seed: string, explicit: boolean): Generator {
  manualSeed(BigInt(seed));
  return explicit ? new Mt19937(BigInt(seed)) : defaultGenerator();
}

/** PyTorch's randint over 2³² values takes 64 bits and keeps the lower half. */
const next = (generator: Generator): number => Number(generator.random64() & 0xffff_ffffn);

describe('shuffled loaders take the samples in the same order, epoch after epoch', () => {
  test.each(golden.loaders)(
    'seed $seed, explicit generator $explicit, n $n, batches of $batchSize, stop $stop',
    (entry) => {
      const { n, batchSize, dropLast, stop, orders } = entry;
      const generator = seeded(entry.seed, entry.explicit);
      const loader = new DataLoader(numbers(n), {
        batchSize,
        dropLast,
        shuffle: true,
        collate: identity,
        ...(entry.explicit && { generator }),
      });
      for (const expected of orders) {
        const found: number[][] = [];
        for (const batch of loader) {
          found.push(batch);
          if (found.length === stop) break;
        }
        expect(found).toEqual(expected);
        if (stop === null) expect(loader.length).toBe(expected.length);
      }
      expect(next(generator)).toBe(entry.next);
    },
  );

  test('with for await too', async () => {
    const { seed, n, batchSize, orders } = golden.loaders[0] as (typeof golden.loaders)[number];
    manualSeed(BigInt(seed));
    const loader = new DataLoader(numbers(n), { batchSize, shuffle: true, collate: identity });
    for (const expected of orders) {
      const found: number[][] = [];
      for await (const batch of loader) found.push(batch);
      expect(found).toEqual(expected);
    }
  });
});

test.each(golden.unshuffled)('a loader in order advances the generator by a seed ($seed)', (entry) => {
  const generator = seeded(entry.seed, false);
  for (const _ of new DataLoader(numbers(3), { collate: identity }));
  expect(next(generator)).toBe(entry.next);
});

test.each(golden.samplers)(
  'random sampler: seed $seed, explicit generator $explicit, $numSamples of $n, replacement $replacement',
  ({ seed, explicit, n, replacement, numSamples, order, next: after }) => {
    const generator = seeded(seed, explicit);
    const sampler = new RandomSampler(numbers(n), {
      replacement,
      ...(numSamples !== null && { numSamples }),
      ...(explicit && { generator }),
    });
    expect([...sampler]).toEqual(order);
    expect(sampler.length).toBe(order.length);
    expect(next(generator)).toBe(after);
  },
);

test.each(golden.splits)(
  'random split: seed $seed, explicit generator $explicit, $lengths of $n',
  ({ seed, explicit, n, lengths, parts, next: after }) => {
    const generator = seeded(seed, explicit);
    const found = randomSplit(numbers(n), lengths, explicit ? { generator } : {});
    expect(found.map(({ indices }) => indices)).toEqual(parts);
    expect(next(generator)).toBe(after);
  },
);
