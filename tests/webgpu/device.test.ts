import { warmup, webgpu } from '@flambeau/backend-webgpu';
import { DeviceLostError, fromTyped, ones, tensor } from '@flambeau/core';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { gpu, hasAdapter, watched } from './adapter.ts';

const numbers = (report: Readonly<Record<string, unknown>>): Record<string, number> =>
  report as Record<string, number>;

describe.runIf(hasAdapter)('a WebGPU device (not run without an adapter)', () => {
  test('reads of one turn share a submit and a wait', async () => {
    const device = await webgpu({ gpu });
    const made = Array.from({ length: 20 }, (_, i) => ones([3], { device }).mul(i));
    const before = numbers(device.report());
    const values = await Promise.all(made.map((x) => x.sum().item()));
    const after = numbers(device.report());
    expect(values).toEqual(made.map((_, i) => 3 * i));
    expect(after['reads']! - before['reads']!).toBe(1);
    expect(after['submits']! - before['submits']!).toBe(1);
  });

  test('a read has the values of its call, whatever is queued afterwards', async () => {
    const device = await webgpu({ gpu });
    const x = ones([4], { device }).mul(2);
    const reading = x.data();
    x.mul_(5);
    expect([...(await reading)]).toEqual([2, 2, 2, 2]);
    expect([...(await x.data())]).toEqual([10, 10, 10, 10]);
  });

  test('large and small reads come in one turn', async () => {
    const device = await webgpu({ gpu });
    const large = fromTyped(
      Float32Array.from({ length: 100_000 }, (_, i) => i),
      [100_000],
      { device },
    );
    const [a, b, c] = await Promise.all([
      large.add(1).data(),
      ones([1], { device }).add(1).item(),
      large.neg().data(),
    ]);
    expect([a[99_999], b, c[99_999]]).toEqual([100_000, 2, -99_999]);
  });

  test('an upload into memory that the batch still reads needs no submit of its own', async () => {
    const device = await webgpu({ gpu });
    const sums = [];
    const before = numbers(device.report())['submits']!;
    for (let i = 0; i < 10; i++) {
      const x = fromTyped(new Float32Array(100).fill(i), [100], { device });
      const y = x.add(1);
      sums.push(y.sum());
      for (const done of [x, y]) done.dispose();
    }
    expect(await Promise.all(sums.map((x) => x.item()))).toEqual(sums.map((_, i) => 100 * (i + 1)));
    expect(numbers(device.report())['submits']! - before).toBe(1);
  });

  test('kernels compiled ahead are not compiled again, and nothing runs', async () => {
    const device = await webgpu({ gpu });
    const work = () =>
      ones([3, 4], { device })
        .mul(2)
        .matmul(ones([4, 5], { device }))
        .sum();
    const { dispatches } = numbers(device.report());
    await warmup(device, work);
    const { pipelines, ...ahead } = numbers(device.report());
    expect(pipelines).toBeGreaterThan(2);
    expect(ahead['dispatches']).toBe(dispatches);
    expect(await work().item()).toBe(3 * 4 * 5 * 2);
    expect(numbers(device.report())['pipelines']).toBe(pipelines);
  });

  test('a loop that never reads is told what to do, once', async () => {
    const warned = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const device = await webgpu({ gpu });
    let x = tensor([0], { device });
    for (let i = 0; i < 70 * 512; i++) {
      const y = x.add(1).sum().reshape([1]);
      x.dispose();
      x = y;
    }
    expect(warned.mock.calls.flat()).toEqual([
      expect.stringMatching(
        /^webgpu: 64 batches of commands were sent and no value was read.*await a value once a step/,
      ),
    ]);
    warned.mockRestore();
    expect(await x.item()).toBe(70 * 512);
  });

  test('what is larger than a buffer may be is refused with both sizes', async () => {
    const device = await webgpu({ gpu, memoryBudget: 2 ** 40 });
    const { limits } = device.report() as { limits: { largestBuffer: number } };
    const length = limits.largestBuffer / 4 + 1;
    expect(() => ones([length], { device })).toThrow(
      new RegExp(
        `alloc\\(\\): too large for this adapter: got \\d+ bytes, expected at most ${limits.largestBuffer}`,
      ),
    );
    expect(await ones([2], { device }).add(1).toArray()).toEqual([2, 2]);
  });
});

describe.runIf(hasAdapter)('a lost device (not run without an adapter)', () => {
  test('rejects every pending read with a typed error, and a new device takes over', async () => {
    const { gpu: own, opened } = watched();
    const device = await webgpu({ gpu: own });
    const x = ones([1000], { device }).add(1);
    const reading = [x.data(), x.sum().item(), x.mul(2).data()];
    opened[0]!.destroy();
    for (const outcome of await Promise.allSettled(reading)) {
      expect(outcome).toMatchObject({ status: 'rejected' });
      const { reason } = outcome as PromiseRejectedResult;
      expect(reason).toBeInstanceOf(DeviceLostError);
      expect((reason as DeviceLostError).message).toMatch(
        /the device was lost: got destroyed.*Make a new one with await webgpu\(\)/,
      );
    }
    await expect(x.data()).rejects.toThrow(DeviceLostError);
    expect(device.report()['lost']).toBe(true);
    const next = await webgpu({ gpu: own });
    expect(await ones([3], { device: next }).mul(4).toArray()).toEqual([4, 4, 4]);
  });
});

describe('without WebGPU', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  test('no adapter: the error says what to install and what to use instead', async () => {
    const none = { requestAdapter: async () => null };
    await expect(webgpu({ gpu: none })).rejects.toThrow(
      /no adapter: got none.*In Node on Linux install libvulkan1.*pick\(\['webgpu', 'wasm', 'cpu'\]\)/,
    );
  });

  test('no navigator.gpu in a browser: the error names what a page needs', async () => {
    vi.stubGlobal('navigator', {});
    vi.stubGlobal('process', undefined);
    await expect(webgpu()).rejects.toThrow(/no WebGPU here: got no navigator.gpu.*https or from localhost/);
  });
});

test.runIf(hasAdapter)(
  'in Node the npm package is found by itself (not run without an adapter)',
  async () => {
    const device = await webgpu();
    expect(await ones([2], { device }).add(1).toArray()).toEqual([2, 2]);
  },
);
