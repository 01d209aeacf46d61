import { createWasmBackend, LinearMemory } from '@flambeau/backend-wasm/testing';
import type { Device, Tensor } from '@flambeau/core';
import {
  createDevice,
  deferredMaps,
  MemoryBudgetError,
  matmul,
  ones,
  setDebug,
  spillingMemory,
  zeros,
} from '@flambeau/core';
import { afterEach, describe, expect, test } from 'vitest';

const PAGE = 65_536;
const MIB = 1 << 20;

afterEach(() => setDebug(false));

/** A device whose memory may grow to some MiB, whatever its budget is. */
function deviceOf(mebibytes: number, memoryBudget = 1 << 30): { device: Device; memory: LinearMemory } {
  const memory = new LinearMemory([(mebibytes * MIB) / PAGE]);
  const backend = createWasmBackend({ memoryBudget }, { memory });
  return { device: createDevice(backend, { memory: spillingMemory, deferral: deferredMaps }), memory };
}

/** Computed on the device, so that no host copy exists. */
function computed(device: Device, elements: number, value: number): Tensor {
  const x = zeros([elements], { device }).add(value);
  x.at(0).itemSync();
  return x;
}

const message = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(MemoryBudgetError);
    return (error as Error).message;
  }
  throw new Error('nothing was thrown');
};

describe('wasm memory that cannot grow', () => {
  test('is a reason to spill, and what was spilled comes back', () => {
    const { device, memory } = deviceOf(4);
    const kept = Array.from({ length: 40 }, (_, i) => computed(device, 60_000 + 100 * i, i));
    expect(device.stats().spills).toBeGreaterThan(20);
    expect(memory.memory.buffer.byteLength).toBe(4 * MIB);
    for (const [i, x] of kept.entries()) {
      expect(x.at(-1).itemSync()).toBe(i);
      expect(x.sum().itemSync()).toBe(i * x.size);
    }
  });

  test('refuses what is larger than all of it, in words, and goes on', () => {
    const { device } = deviceOf(4);
    const x = computed(device, 1000, 5);
    expect(message(() => computed(device, 2 * MIB, 1))).toMatch(
      /^alloc\(\): device 'wasm' has no memory left: got 8388608 bytes more for float32\[2097152\] with \d+ in use( beside \d+ of the device's own)? and nothing left to spill/,
    );
    expect(x.add(1).sum().itemSync()).toBe(6000);
    expect(computed(device, 100_000, 2).sum().itemSync()).toBe(200_000);
  });

  test('names the largest live tensors and where they were made, and goes on', () => {
    setDebug(true);
    const { device } = deviceOf(4);
    const [a, b] = [computed(device, 400_000, 1), computed(device, 400_000, 2)];
    const found = message(() => a.add(b).sum().itemSync());
    expect(found).toMatch(/has no memory left: got 1600000 bytes more for float32\[400000\]/);
    expect(found).toMatch(
      /Largest live blocks: float32\[400000\] 1600000 bytes from .*memory-pressure\.test\.ts:\d+/,
    );
    b.dispose();
    expect(a.add(1).sum().itemSync()).toBe(800_000);
  });

  test('makes room for what kernels need while they run', () => {
    const { device } = deviceOf(4);
    const [a, b] = [ones([200, 300], { device }).add(1), ones([300, 100], { device }).add(2)];
    const kept = Array.from({ length: 12 }, (_, i) => computed(device, 70_000, i));
    expect(matmul(a, b).sum().itemSync()).toBe(200 * 100 * 300 * 6);
    expect(kept.map((x) => x.at(-1).itemSync())).toEqual(kept.map((_, i) => i));
  });

  test('says that a kernel found none, and goes on', () => {
    const { device } = deviceOf(4);
    const [a, b] = [ones([400, 600], { device }).add(1), ones([600, 400], { device }).add(1)];
    for (const x of [a, b]) x.at(0, 0).itemSync();
    expect(message(() => matmul(a, b).sum().itemSync())).toMatch(
      /bytes more for what a kernel needs while it runs/,
    );
    expect(a.sum().itemSync()).toBe(480_000);
    expect(
      matmul(a.narrow(0, 0, 10), b.narrow(1, 0, 10))
        .at(0, 0)
        .itemSync(),
    ).toBe(2400);
  });
});

test('what kernels keep for themselves counts against the budget, and goes when tensors need it', () => {
  const { device, memory } = deviceOf(64, MIB);
  const [a, b] = [ones([200, 300], { device }).add(1), ones([300, 100], { device }).add(2)];
  const kept = Array.from({ length: 3 }, (_, i) => computed(device, 50_000, i));
  for (const x of [a, b]) x.at(0, 0).itemSync();
  const { spills } = device.stats();
  expect(matmul(a, b).at(0, 0).itemSync()).toBe(1800);
  expect(device.stats().spills).toBeGreaterThan(spills);
  const { bytes } = memory.stats();
  expect(bytes).toBeLessThanOrEqual(MIB);
  // 960 KB at a time are too much while the panels of the product stay; without them there is room.
  expect(computed(device, 120_000, 1).sum().itemSync()).toBe(120_000);
  expect(kept.map((x) => x.at(-1).itemSync())).toEqual([0, 1, 2]);
  expect(memory.stats().bytes).toBeLessThanOrEqual(MIB);
});

test('the report says how far the memory may grow, and what the host refused', () => {
  const memory = new LinearMemory([70_000, 128, 64]);
  const { device } = {
    device: createDevice(createWasmBackend({}, { memory }), {
      memory: spillingMemory,
      deferral: deferredMaps,
    }),
  };
  expect(device.report()['memory']).toMatchObject({
    maximum: 8 * MIB,
    refused: [70_000 * PAGE],
    capacity: MIB,
  });
});
