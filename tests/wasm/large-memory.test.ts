// Addresses above 2^31 are negative as int32: nothing may take them for that.
import { createWasmBackend, LinearMemory, WorkerPool } from '@flambeau/backend-wasm/testing';
import type { Device, Tensor } from '@flambeau/core';
import {
  argmax,
  cat,
  createDevice,
  deferredMaps,
  fromTyped,
  gather,
  linear,
  manualSeed,
  matmul,
  randn,
  spillingMemory,
  tensor,
} from '@flambeau/core';
import { afterAll, expect, test } from 'vitest';

const HALF = 2 ** 31;
const pools: WorkerPool[] = [];
afterAll(() => Promise.all(pools.map((pool) => pool.close())));

/** A device whose blocks start at an address: what lies below is taken, and costs nothing as nobody touches it. */
async function deviceFrom(start: number, threads: number): Promise<{ device: Device; memory: LinearMemory }> {
  const memory = new LinearMemory();
  if (start > 0) memory.allocate(start - memory.allocate(64) - 64);
  const pool = await WorkerPool.start(memory, { threads });
  pools.push(pool);
  const device = createDevice(createWasmBackend({}, { memory, pool }), {
    memory: spillingMemory,
    deferral: deferredMaps,
  });
  return { device, memory };
}

/** Something of every kind of kernel. */
function work(device: Device): number[][] {
  manualSeed(5);
  const drawn = (...shape: number[]): Tensor => randn(shape, { device });
  const [a, b, w, bias] = [drawn(70, 90), drawn(90, 40), drawn(30, 90), drawn(30)];
  const x = drawn(300, 200);
  const far = fromTyped(Float64Array.from({ length: 300 }, Math.sin), [300], { device });
  return [
    matmul(a, b),
    matmul(b.t(), a.t()),
    linear(a, w, bias),
    x.mul(2).add(x.exp()).relu(),
    x.t().add(1),
    x.at([null, null, 3]).mul(drawn(200)),
    x.sum(),
    x.sum(0),
    x.amax(1),
    argmax(x, 0),
    cat([x, x], 1).sum(1),
    gather(x, 0, tensor([[299, 0, 7]], { dtype: 'int32', device })),
    far.mul(far),
    x.to('int32').add(1),
    x.gt(0).to('uint8').sum(),
  ].map((y) => [...y.dataSync()]);
}

const roomy = new LinearMemory().maximumPages > 40_000;

test.runIf(roomy).each([1, 2])(
  'memory beyond 2 GiB gives what memory below gives (threads: %i)',
  async (threads) => {
    const low = await deviceFrom(0, threads);
    // Across the border, and beyond.
    for (const start of [HALF - 200_000, HALF + 64]) {
      const high = await deviceFrom(start, threads);
      const expected = work(low.device);
      expect(work(high.device)).toEqual(expected);
      expect(high.memory.memory.buffer.byteLength).toBeGreaterThan(HALF);
      expect(high.memory.stats().end).toBeGreaterThan(HALF);
    }
  },
);
