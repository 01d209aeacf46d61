import { cpu } from '@flambeau/backend-cpu';
import type { Tensor } from '@flambeau/core';
import { ArgumentError, arange, fromTyped, rand, setDefaultDevice, tensor } from '@flambeau/core';
import { countingDevice } from '@flambeau/core/testing';
import { describe, expect, expectTypeOf, test } from 'vitest';
import {
  ArrayDataset,
  BatchSampler,
  DataLoader,
  type Dataset,
  SequentialSampler,
  Subset,
  TensorDataset,
} from './index.ts';

setDefaultDevice(cpu());

/** Numbers from 0, each a turn later. */
const later = (n: number): Dataset<number> => ({ length: n, get: (i) => Promise.resolve(i) });
const numbers = (n: number): ArrayDataset<number> => new ArrayDataset(Array.from({ length: n }, (_, i) => i));

test('batches have the sizes and values they should', () => {
  const loader = new DataLoader(new TensorDataset(arange(5), arange(10, 15)), { batchSize: 2 });
  expectTypeOf(loader).toEqualTypeOf<DataLoader<[Tensor, Tensor], [Tensor, Tensor]>>();
  const seen: number[][][] = [];
  for (const [x, y] of loader) seen.push([[...x.dataSync()], [...y.dataSync()]]);
  expect(seen).toEqual([
    [
      [0, 1],
      [10, 11],
    ],
    [
      [2, 3],
      [12, 13],
    ],
    [[4], [14]],
  ]);
  expect(loader.length).toBe(3);
});

test('a smaller last batch can be left out', () => {
  const loader = new DataLoader(numbers(5), { batchSize: 2, dropLast: true });
  expect([...loader].map((batch) => [...batch.dataSync()])).toEqual([
    [0, 1],
    [2, 3],
  ]);
  expect(loader.length).toBe(2);
  expect([...new DataLoader(numbers(0), { shuffle: true })]).toEqual([]);
});

test('rows taken together equal samples collated one by one', async () => {
  const x = rand([6, 2, 3, 4]);
  const transposed = rand([5, 6]).t();
  const labels = tensor([5, 4, 3, 2, 1, 0], { dtype: 'int32' });
  const whole = new TensorDataset(x, transposed, labels);
  const bare: Dataset<[Tensor, Tensor, Tensor]> = { length: 6, get: (i) => whole.get(i) };
  const order = { batchSampler: [[4, 0, 4], [5]] };
  const fast = [...new DataLoader(whole, order)];
  const slow = [...new DataLoader(bare, order)];
  expect(fast.length).toBe(2);
  for (const [b, batch] of fast.entries()) {
    for (const [i, part] of batch.entries()) {
      expect(part.shape).toEqual(slow[b]?.[i]?.shape);
      expect(part.dtype).toBe(slow[b]?.[i]?.dtype);
      expect(await part.toArray()).toEqual(await slow[b]?.[i]?.toArray());
    }
  }
});

test('a subset of tensors is taken by rows too', () => {
  const subset = new Subset(new Subset(new TensorDataset(arange(10)), [9, 7, 5, 3]), [3, 1, 0]);
  expect(subset.batch).toBeDefined();
  const [batch] = [...new DataLoader(subset, { batchSize: 3 })];
  expect([...(batch?.[0].dataSync() ?? [])]).toEqual([3, 7, 9]);
  expect(() => subset.batch?.([3])).toThrow(/index out of range: got 3/);
  expect(new Subset(numbers(3), [1]).batch).toBeUndefined();
});

describe('asynchronous samples', () => {
  test('come with for await', async () => {
    const seen: number[][] = [];
    for await (const batch of new DataLoader(later(5), { batchSize: 2 })) seen.push([...batch.dataSync()]);
    expect(seen).toEqual([[0, 1], [2, 3], [4]]);
  });

  test('and are refused in a plain loop, with the remedy', () => {
    expect(() => [...new DataLoader(later(5))]).toThrow(ArgumentError);
    expect(() => [...new DataLoader(later(5))]).toThrow(/dataset.get\(\) is asynchronous.*for await/);
    const slow = new DataLoader(numbers(2), { collate: async (samples: number[]) => samples });
    expectTypeOf(slow).toEqualTypeOf<DataLoader<number, number[]>>();
    expect(() => [...slow]).toThrow(/collate\(\) is asynchronous/);
    const rejected: Dataset<number> = { length: 1, get: () => Promise.reject(new Error('offline')) };
    expect(() => [...new DataLoader(rejected)]).toThrow(/is asynchronous/);
  });

  test('that fail are heard', async () => {
    const broken: Dataset<number> = {
      length: 3,
      get: (i) => (i === 1 ? Promise.reject(new Error('offline')) : i),
    };
    const read = async (): Promise<void> => {
      for await (const _ of new DataLoader(broken, { batchSize: 3 }));
    };
    await expect(read()).rejects.toThrow('offline');
  });

  test('of one batch are fetched together, in order', async () => {
    const asked: number[] = [];
    let open = 0;
    let most = 0;
    const dataset: Dataset<number> = {
      length: 4,
      get: async (i) => {
        asked.push(i);
        most = Math.max(most, ++open);
        await new Promise((resolve) => setTimeout(resolve, 4 - i));
        open--;
        return i;
      },
    };
    const batches: number[][] = [];
    for await (const batch of new DataLoader(dataset, { batchSize: 2, collate: (s) => s }))
      batches.push(batch);
    expect(batches).toEqual([
      [0, 1],
      [2, 3],
    ]);
    expect(asked).toEqual([0, 1, 2, 3]);
    expect(most).toBe(2);
  });
});

describe('leaving early', () => {
  /** A sampler that tells when it was closed. */
  const watched = () => {
    const log = { closed: 0 };
    const sampler = {
      length: 6,
      *[Symbol.iterator](): IterableIterator<number> {
        try {
          for (let i = 0; i < 6; i++) yield i;
        } finally {
          log.closed++;
        }
      },
    };
    return { log, loader: new DataLoader(numbers(6), { sampler, batchSize: 2 }) };
  };

  test('by break closes the sampler, and the next epoch starts anew', () => {
    const { log, loader } = watched();
    for (const batch of loader) {
      expect(batch.dataSync()[0]).toBe(0);
      break;
    }
    expect(log.closed).toBe(1);
    expect([...loader].length).toBe(3);
    expect(log.closed).toBe(2);
  });

  test('by throw closes it', async () => {
    const { log, loader } = watched();
    expect(() => {
      for (const _ of loader) throw new Error('stop');
    }).toThrow('stop');
    expect(log.closed).toBe(1);
    const read = async (): Promise<void> => {
      for await (const _ of loader) throw new Error('stop');
    };
    await expect(read()).rejects.toThrow('stop');
    expect(log.closed).toBe(2);
    for await (const _ of loader) break;
    expect(log.closed).toBe(3);
  });

  test('an error in a sample closes it', () => {
    const { log, loader } = watched();
    const broken = new DataLoader(
      {
        length: 6,
        get: () => {
          throw new Error('corrupt');
        },
      },
      {
        sampler:
          loader.batchSampler instanceof BatchSampler
            ? loader.batchSampler.sampler
            : new SequentialSampler(numbers(1)),
      },
    );
    expect(() => [...broken]).toThrow('corrupt');
    expect(log.closed).toBe(1);
  });
});

test.each<[string, () => unknown, RegExp]>([
  ['an array', () => new DataLoader([1, 2] as unknown as Dataset<number>), /not a dataset.*ArrayDataset/],
  [
    'batchSize 0',
    () => new DataLoader(numbers(3), { batchSize: 0 }),
    /invalid batchSize: got 0, expected a positive integer/,
  ],
  [
    'sampler and shuffle',
    () => new DataLoader(numbers(3), { shuffle: true, sampler: new SequentialSampler(numbers(3)) }),
    /exclude each other/,
  ],
  [
    'batchSampler and batchSize',
    () => new DataLoader(numbers(3), { batchSampler: [[0]], batchSize: 2 }),
    /batchSampler excludes other options: got batchSize too/,
  ],
])('%s is refused', (_what, make, message) => {
  expect(make).toThrow(ArgumentError);
  expect(make).toThrow(message);
});

test.each([true, false])(
  'a loop over a device with explicit memory leaves no block behind (synchronous reads %s)',
  async (syncRead) => {
    const device = countingDevice(cpu().backend, { syncRead });
    const x = fromTyped(new Float32Array(40), [10, 2, 2], { device });
    const y = fromTyped(new Int32Array(10), [10], { device });
    await Promise.all([x.add(0).data(), y.add(0).data()]); // loads both
    const loader = new DataLoader(new TensorDataset(x, y), { batchSize: 4, shuffle: true });
    const stacked = new DataLoader<[Tensor, Tensor]>(
      { length: 10, get: (i) => [x.select(0, i), y.select(0, i)] },
      { batchSize: 4 },
    );
    const before = device.counts.blocks;
    for (const batches of [loader, stacked]) {
      for (let epoch = 0; epoch < 3; epoch++) {
        for (const [a, b] of batches) {
          expect(device.counts.blocks).toBeLessThanOrEqual(before + 2);
          a.dispose();
          b.dispose();
        }
      }
      expect(device.counts.blocks).toBe(before);
    }
  },
);
