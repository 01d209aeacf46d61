import { cpu } from '@flambeau/backend-cpu';
import '@flambeau/autograd';
import { bincount, noGrad, setDefaultDevice, type Tensor, tensor, unique } from '@flambeau/core';
import { beforeAll, expect, test } from 'vitest';

beforeAll(() => setDefaultDevice(cpu()));

const numbers = () => tensor([0, 2, 2], { dtype: 'int32' });

test('bincount is recorded if it was called outside of noGrad, and only then', async () => {
  const weights = tensor([1, 2, 3], { requiresGrad: true });
  const calls: Promise<Tensor>[] = [];
  noGrad(() => {
    calls.push(bincount(numbers(), { weights }));
  });
  calls.push(bincount(numbers(), { weights }));
  const [unrecorded, recorded] = (await Promise.all(calls)) as [Tensor, Tensor];
  expect(unrecorded.requiresGrad).toBe(false);
  recorded.square().sum().backward();
  expect(await weights.grad?.toArray()).toEqual([2, 10, 10]);
});

test('unique gives only what was asked for', async () => {
  expect(Object.keys(await unique(numbers()))).toEqual(['output']);
  expect(Object.keys(await unique(numbers(), { returnCounts: true }))).toEqual(['output', 'counts']);
});
