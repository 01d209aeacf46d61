import '@flambeau/autograd';
import { cpu } from '@flambeau/backend-cpu';
import {
  addLayer,
  arange,
  asStrided,
  noGrad,
  ones,
  repeatInterleave,
  setDefaultDevice,
  split,
  type Tensor,
  tensor,
  unbind,
  unfoldDimension,
} from '@flambeau/core';
import { beforeAll, expect, test } from 'vitest';

beforeAll(() => setDefaultDevice(cpu()));

/** The names of the ops that a function runs. */
function opsOf(fn: () => void): string[] {
  const names: string[] = [];
  const remove = addLayer((call, next) => {
    names.push(call.op.name);
    return next(call);
  });
  try {
    fn();
  } finally {
    remove();
  }
  return names;
}

/** Σ i · Σ partᵢ: its gradient at an element is the number of the part. */
function numbered(parts: readonly Tensor[]): Tensor {
  return parts.map((part, i) => part.sum().mul(i)).reduce((a, b) => a.add(b));
}

test.each([
  ['split', (x: Tensor) => split(x, 2)],
  ['unbind', (x: Tensor) => unbind(x.reshape([50, 2]))],
] as const)('the gradients of all parts of %s are joined by one op', async (_name, partsOf) => {
  const x = arange(0, 100, 1, { requiresGrad: true });
  const loss = numbered(partsOf(x));
  const names = opsOf(() => loss.backward());
  expect(names.filter((name) => name === 'cat')).toHaveLength(1);
  expect(names).not.toContain('sliceEmbed');
  expect(await x.grad?.toArray()).toEqual(Array.from({ length: 100 }, (_, i) => Math.floor(i / 2)));
});

test('the gradient of one part makes no zeros for the others', async () => {
  const x = arange(0, 6, 1, { requiresGrad: true });
  const names = opsOf(() => (split(x, 2)[1] as Tensor).sum().backward());
  expect(names).not.toContain('cat');
  expect(await x.grad?.toArray()).toEqual([0, 0, 1, 1, 0, 0]);
});

test('parts are views: what is written into one is seen in the whole', async () => {
  const x = arange(0, 4, 1);
  split(x, 2)[1]?.fill_(9);
  unbind(x)[0]?.fill_(7);
  expect(await x.toArray()).toEqual([7, 1, 9, 9]);
});

test('the gradient of long overlapping windows counts how often each element was seen', async () => {
  const x = ones([1000], { requiresGrad: true });
  unfoldDimension(x, 0, 400, 160).sum().backward();
  const seen = Array.from(
    { length: 1000 },
    (_, i) => [0, 160, 320, 480].filter((start) => i >= start && i < start + 400).length,
  );
  expect(await x.grad?.toArray()).toEqual(seen);
});

test('elements of an expanded tensor share the gradient of the memory they share', async () => {
  const row = tensor([1, 2, 3], { requiresGrad: true });
  const x = row.expand([2, 3]);
  asStrided(x, [3], [1])
    .mul(tensor([1, 2, 4]))
    .sum()
    .backward();
  expect(await row.grad?.toArray()).toEqual([1, 2, 4]);
});

test('repeats that have to be read are recorded as the call was made', async () => {
  const x = tensor([1, 2], { requiresGrad: true });
  const counts = tensor([2, 3], { dtype: 'int32' });
  const recorded = repeatInterleave(x, counts);
  const unrecorded = noGrad(() => [repeatInterleave(x, counts)])[0] as Promise<Tensor>;
  expect((await unrecorded).requiresGrad).toBe(false);
  (await recorded).sum().backward();
  expect(await x.grad?.toArray()).toEqual([2, 3]);
});
