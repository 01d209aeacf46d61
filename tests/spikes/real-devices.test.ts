import { cpu } from '@flambeau/backend-cpu';
import '@flambeau/autograd';
import { wasm } from '@flambeau/backend-wasm';
import { webgpu } from '@flambeau/backend-webgpu';
import type { Device, Tensor } from '@flambeau/core';
import { fromTyped, gather, ones, ReleasedError, tensor, ValueError } from '@flambeau/core';
import { describe, expect, test } from 'vitest';
import { loops } from '../memory/loops.ts';
import { gpu, hasAdapter } from '../webgpu/adapter.ts';

const STEPS = 60;
const BUDGET = 128 * 1024;

const makers: Readonly<Record<string, () => Promise<Device>>> = {
  wasm: () => wasm({ memoryBudget: BUDGET }),
  ...(hasAdapter && { webgpu: () => webgpu({ gpu, memoryBudget: BUDGET }) }),
};

describe.each(Object.entries(makers))('%s with a small budget', (name, make) => {
  test.each(Object.keys(loops))('%s: right, and never over the budget', async (title) => {
    const loop = loops[title] as (typeof loops)[string];
    const expected = await loop(cpu(), STEPS);
    const device = await make();
    const found = await loop(device, STEPS);
    expect(found).toHaveLength(expected.length);
    found.forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i] as number, 3);
    });
    expect(device.stats().peakBytes).toBeLessThanOrEqual(BUDGET);
  });

  test('values beyond the budget are spilled and come back', async () => {
    const device = await make();
    const kept: Tensor[] = [];
    for (let i = 0; i < 100; i++) {
      const x = ones([1024], { device }).mul(i);
      await x.narrow(0, 0, 1).item();
      kept.push(x);
    }
    const { spills } = device.stats();
    expect(spills).toBeGreaterThan(60);
    // Read from the host's copy: nothing has to be loaded, so nothing else has to go.
    for (const [i, x] of kept.entries()) if (i < 60) expect((await x.data())[1023]).toBe(i);
    expect(device.stats().spills).toBe(spills);
    for (const [i, x] of kept.entries()) expect((await x.add(1).data())[1023]).toBe(i + 1);
  });

  test('an upload into memory that was just freed does not overtake the kernels that read it', async () => {
    const device = await make();
    const sums: Tensor[] = [];
    for (let i = 0; i < 200; i++) {
      const x = fromTyped(new Float32Array(100).fill(i), [100], { device });
      const y = x.add(1);
      sums.push(y.sum());
      for (const done of [x, y]) done.dispose();
    }
    for (const [i, x] of sums.entries()) expect(await x.item()).toBe(100 * (i + 1));
  });

  test('an index out of range is a ValueError, once', async () => {
    const device = await make();
    const read = async (): Promise<unknown> =>
      gather(ones([3], { device }), 0, tensor([0, 9], { dtype: 'int32', device })).data();
    await expect(read()).rejects.toThrow(ValueError);
    await expect(read()).rejects.toThrow(/gather\(\): index out of range: got 9 at position 1/);
    expect(await ones([2], { device }).add(1).toArray()).toEqual([2, 2]);
  });

  test('a disposed tensor cannot be used', async () => {
    const device = await make();
    const x = ones([3], { device }).add(1);
    x.dispose();
    expect(() => x.add(1)).toThrow(ReleasedError);
    expect(name).toBe(device.name);
  });
});

test.each(Object.keys(makers))('%s computes more elements than one row of workgroups has', async (name) => {
  const device = name === 'wasm' ? await wasm() : await webgpu({ gpu });
  const n = 65_535 * 64 + 100;
  const x = fromTyped(new Float32Array(n).fill(2), [n], { device }).mul(3);
  expect(await x.narrow(0, n - 2, 2).toArray()).toEqual([6, 6]);
  expect(
    await x
      .reshape([2, n / 2])
      .amax(1)
      .toArray(),
  ).toEqual([6, 6]);
});
