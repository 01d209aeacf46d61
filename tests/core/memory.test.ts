import { cpu } from '@flambeau/backend-cpu';
import { MemoryBudgetError, setDebug, type Tensor, tensor, zeros } from '@flambeau/core';
import { type CountingDevice, countingDevice } from '@flambeau/core/testing';
import { afterEach, describe, expect, test } from 'vitest';

/** A device with room for four blocks of 256 bytes. */
const small = (options: Parameters<typeof countingDevice>[1] = {}): CountingDevice =>
  countingDevice(cpu().backend, { budget: 1024, ...options });

/** 64 floats computed on the device, so that no host copy of them exists. */
const computed = (device: CountingDevice, value: number): Tensor => zeros([64], { device }).add(value);

afterEach(() => {
  setDebug(false);
});

describe('spilling with synchronous reads', () => {
  test('the least recently used block goes first, and comes back with its values', () => {
    const device = small();
    const kept = [1, 2, 3].map((value) => computed(device, value));
    const reads = device.counts.reads;
    expect(kept[0]?.at(0).itemSync()).toBe(1);
    for (let i = 0; i < 8; i++) kept.push(computed(device, 10 + i));
    expect(device.stats().spills).toBeGreaterThan(0);
    expect(device.counts.reads).toBeGreaterThan(reads);
    expect(kept.map((x) => x.at(63).itemSync())).toEqual([1, 2, 3, 10, 11, 12, 13, 14, 15, 16, 17]);
    expect(device.counts.peakBytes).toBeLessThanOrEqual(1024);
  });

  test('what was made from host data is dropped without a copy', () => {
    const device = small();
    const inputs = Array.from({ length: 20 }, (_, i) => tensor(new Float32Array(64).fill(i), { device }));
    for (const x of inputs) x.mul(2).dispose();
    expect(device.stats().spills).toBe(0);
    expect(inputs.map((x) => x.at(5).itemSync())).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  test('a write makes the host copy stale', () => {
    const device = small();
    const x = tensor(new Float32Array(64), { device }).add_(5);
    for (let i = 0; i < 8; i++) computed(device, i);
    expect(x.at(0).itemSync()).toBe(5);
  });

  test('operands of one call are not spilled to make room for its result', () => {
    const device = countingDevice(cpu().backend, { budget: 768 });
    const [a, b] = [computed(device, 1), computed(device, 2)];
    expect(a.add(b).at(0).itemSync()).toBe(3);
  });

  test('a tensor larger than the budget is refused, and the device stays usable', () => {
    const device = small();
    const x = computed(device, 1);
    expect(() => zeros([512], { device })).toThrow(MemoryBudgetError);
    expect(() => zeros([512], { device })).toThrow(
      /alloc\(\): device 'counting' is over its memory budget: got 2048 bytes more for float32\[512\] with \d+ in use, expected at most 1024\..* Use smaller batches or a larger memoryBudget\./,
    );
    expect(x.at(0).itemSync()).toBe(1);
  });
});

describe('the budget error', () => {
  test('names the largest live blocks by creation site in debug mode', () => {
    setDebug(true);
    const device = small({ syncRead: false });
    const kept = [1, 2].map((value) => computed(device, value));
    expect(kept).toHaveLength(2);
    expect(() => computed(device, 3)).toThrow(
      /Largest live blocks: float32\[64\] 256 bytes from .*memory\.test\.ts:\d+/,
    );
  });
});

describe('spilling with asynchronous reads', () => {
  test('an await reads back what was not used, until half of the budget is free', async () => {
    // a step needs two blocks, which is the quarter of the budget that an await leaves free at least
    const device = small({ syncRead: false, budget: 2048 });
    const kept: Tensor[] = [];
    for (let i = 0; i < 12; i++) {
      const x = computed(device, i);
      kept.push(x);
      await x.data();
    }
    expect(device.stats().spills).toBeGreaterThan(0);
    for (const [i, x] of kept.entries()) expect((await x.data())[0]).toBe(i);
  });

  test('a block that is written while it is read back keeps its new values', async () => {
    const device = small({ syncRead: false });
    const x = computed(device, 1);
    const others = [computed(device, 2).at(0)];
    const reading = (others[0] as Tensor).data();
    x.add_(10);
    await reading;
    x.mul_(2);
    expect((await x.data())[0]).toBe(22);
  });
});

describe('deferred maps', () => {
  test('a chain is one kernel, and nothing runs before it is demanded', async () => {
    const device = countingDevice(cpu().backend, { defer: true });
    const x = tensor([1, 2], { device });
    const y = x.add(1).mul(3).sub(2).neg().exp();
    expect(device.counts.maps).toBe(0);
    await y.data();
    expect(device.counts.maps).toBe(1);
  });

  test('x = x·x + x thirty times is cut into kernels of at most 64 operations, not doubled', async () => {
    const device = countingDevice(cpu().backend, { defer: true });
    let [x, same] = [tensor([0.01, -0.02], { device }), tensor([0.01, -0.02], { device: cpu() })];
    for (let i = 0; i < 30; i++) {
      x = x.mul(x).add(x);
      same = same.mul(same).add(same);
    }
    expect([...(await x.data())]).toEqual([...same.dataSync()]);
    expect(device.counts.maps).toBe(1);
  });

  test('what is not demanded is not computed', async () => {
    const device = countingDevice(cpu().backend, { defer: true });
    const x = tensor([1, 2], { device });
    x.exp().sin();
    await x.add(1).data();
    expect(device.counts.maps).toBe(1);
  });

  test('a view in the middle is computed first', async () => {
    const device = countingDevice(cpu().backend, { defer: true });
    const x = tensor(
      [
        [1, 2],
        [3, 4],
      ],
      { device },
    );
    expect(await x.mul(2).t().add(1).toArray()).toEqual([
      [3, 7],
      [5, 9],
    ]);
    expect(device.counts.maps).toBe(2);
  });

  test('equal shapes of different programs do not share kernels by mistake', async () => {
    const device = countingDevice(cpu().backend, { defer: true });
    const [a, b] = [tensor([8], { device }), tensor([2], { device })];
    expect(await a.add(1).div(b.add(1)).item()).toBe(3);
    expect(await b.add(1).div(a.add(1)).item()).toBeCloseTo(1 / 3);
    expect(await a.add(1).div(a.add(1)).item()).toBe(1);
    expect(await a.add(5).div(b.add(7)).item()).toBeCloseTo(13 / 9);
  });
});
