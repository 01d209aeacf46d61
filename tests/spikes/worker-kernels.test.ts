import { availableParallelism } from 'node:os';
import { wasm } from '@flambeau/backend-wasm';
import type { CompiledKernel, Expr, FunctionBody, Local, WorkerHandle } from '@flambeau/backend-wasm/testing';
import {
  CHUNK_BITS,
  call,
  compileKernel,
  f32,
  i32,
  LAST_JOB,
  LinearMemory,
  ModuleBuilder,
  WORDS,
  WorkerPool,
} from '@flambeau/backend-wasm/testing';
import { fmod, fromTyped } from '@flambeau/core';
import { afterEach, describe, expect, test, vi } from 'vitest';

const pools: WorkerPool[] = [];

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
});

async function startPool(options: {
  threads: number;
  spin?: number;
  lostAfter?: number;
}): Promise<{ pool: WorkerPool; memory: LinearMemory }> {
  const memory = new LinearMemory();
  const pool = await WorkerPool.start(memory, options);
  expect(pool.failures).toEqual([]);
  pools.push(pool);
  return { pool, memory };
}

type Sin = (x: Expr<'f32'>) => Expr<'f32'>;

/** A kernel that computes something for each element; its argument is the address of the results. */
function elementKernel(
  memory: LinearMemory,
  write: (body: FunctionBody, element: Local<'i32'>, out: Expr<'i32'>, sin: Sin) => void,
  callerSin?: (x: number) => number,
): CompiledKernel {
  const builder = new ModuleBuilder(memory);
  const sin = builder.importFunction('math', 'sin', ['f32'], 'f32');
  builder.addFunction('run', ['i32', 'i32', 'i32'], (body, out, start, end) => {
    const i = body.let(start);
    body.countTo(i, end, () => write(body, i, i32.add(out, i32.shl(i, i32.const(2))), (x) => call(sin, x)));
  });
  const kernel = compileKernel(builder.encode(), memory.memory);
  if (!callerSin) return kernel;
  // The caller's own instance calls something else, so that it can wait for the workers or differ from them.
  const module = new WebAssembly.Module(kernel.bytes);
  const { exports } = new WebAssembly.Instance(module, {
    env: { memory: memory.memory },
    math: { sin: callerSin },
  });
  return { ...kernel, run: exports['run'] as unknown as CompiledKernel['run'] };
}

/** Chunks of the present job that have been claimed. */
const claimed = (pool: WorkerPool): number =>
  Atomics.load(pool.control, WORDS.ticket) & (2 ** CHUNK_BITS - 1);

/** Blocks until a condition holds; for ten seconds at most. */
function blockUntil(condition: () => boolean): void {
  const deadline = performance.now() + 10_000;
  while (!condition()) if (performance.now() > deadline) throw new Error('waited for nothing');
}

const asleep = (pool: WorkerPool): number => Atomics.load(pool.control, WORDS.sleepers);

describe('kernels reach parked workers through the memory', () => {
  test('a worker asleep since before the kernel was made compiles it and takes its share', async () => {
    const { pool, memory } = await startPool({ threads: 2, spin: 0 });
    blockUntil(() => asleep(pool) === 1);
    const out = memory.allocate(4 * 8);
    for (const [times, expected] of [
      [1, [0, 7]],
      [2, [0, 14]],
    ] as const) {
      // The caller's sin is 7 and waits until the worker has a chunk of its own; the worker's sin(0) is 0.
      const wait = (): number => {
        blockUntil(() => claimed(pool) > 1);
        return 7;
      };
      const kernel = elementKernel(
        memory,
        (body, _i, at, sin) => body.store(at, f32.mul(sin(f32.const(0)), f32.const(times))),
        wait,
      );
      for (let again = 0; again < 3; again++) {
        pool.run(kernel, out, 8, 1);
        const values = [...memory.views.float32.subarray(out / 4, out / 4 + 8)];
        // At least one is the worker's; the worker may have been faster with all of them.
        expect(values).toContain(0);
        for (const value of values) expect(expected).toContain(value);
        blockUntil(() => asleep(pool) === 1);
      }
    }
  });

  test('many kernels in turn give each its own results', async () => {
    const { pool, memory } = await startPool({ threads: 3 });
    const out = memory.allocate(4 * 64);
    const kernels = Array.from({ length: 40 }, (_, k) =>
      elementKernel(memory, (body, i, at) => body.store(at, i32.mul(i, i32.const(k)))),
    );
    for (let round = 0; round < 50; round++) {
      const k = (round * 7) % kernels.length;
      pool.run(kernels[k] as CompiledKernel, out, 64, 4);
      const values = [...memory.views.int32.subarray(out / 4, out / 4 + 64)];
      expect(values).toEqual(Array.from({ length: 64 }, (_, i) => i * k));
    }
  });
});

describe('results do not depend on the number of threads', () => {
  test('of maps, nor on whether they are split at all', async () => {
    const values = Float32Array.from({ length: 100_003 }, (_, i) => Math.sin(i) * 10);
    const results: Float32Array[] = [];
    for (const threads of [1, 2, 3]) {
      const device = await wasm({ threads });
      expect(device.report()['threads']).toBe(threads);
      const x = fromTyped(values, [values.length], { device });
      const k = x.to('int32');
      const mixed = x.mul(1.5).tanh().add(x.exp()).add(x.pow(3)).add(fmod(x, 0.7)).add(k.pow(k.abs()));
      results.push((await mixed.data()) as Float32Array);
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });

  test('of sums: partial results belong to chunks, which depend on the size alone', async () => {
    const count = 50_000;
    const chunk = 1000;
    const sums: number[] = [];
    for (const threads of [1, 2, 3]) {
      const { pool, memory } = await startPool({ threads });
      const values = memory.allocate(4 * count);
      const partial = memory.allocate((4 * count) / chunk);
      for (let i = 0; i < count; i++) memory.views.float32[values / 4 + i] = Math.fround(Math.sin(i));
      const builder = new ModuleBuilder(memory);
      builder.addFunction('run', ['i32', 'i32', 'i32'], (body, args, start, end) => {
        const total = body.local('f32');
        const i = body.let(start);
        body.countTo(i, end, () => {
          // One run may cover several chunks: where there is only one thread.
          body.if(i32.eqz(i32.remU(i, i32.const(chunk))), () => body.set(total, f32.const(0)));
          body.set(total, f32.add(total, f32.load(i32.add(i32.const(values), i32.shl(i, i32.const(2))))));
          body.store(i32.add(args, i32.shl(i32.divU(i, i32.const(chunk)), i32.const(2))), total);
        });
      });
      pool.run(compileKernel(builder.encode(), memory.memory), partial, count, chunk);
      sums.push(
        memory.views.float32.subarray(partial / 4, partial / 4 + count / chunk).reduce((a, b) => a + b, 0),
      );
    }
    expect(sums[1]).toBe(sums[0]);
    expect(sums[2]).toBe(sums[0]);
    expect(sums[0]).toBeCloseTo(
      Array.from({ length: count }, (_, i) => Math.sin(i)).reduce((a, b) => a + b, 0),
      2,
    );
  });
});

test('more threads than cores give the same numbers, and end', async () => {
  const threads = 4 * availableParallelism() + 1;
  const { pool, memory } = await startPool({ threads });
  expect(pool.threads).toBe(threads);
  const out = memory.allocate(4 * 1000);
  const kernels = Array.from({ length: 5 }, (_, k) =>
    elementKernel(memory, (body, i, at) => body.store(at, i32.add(i, i32.const(1000 * k)))),
  );
  for (let round = 0; round < 300; round++) {
    const k = round % kernels.length;
    const chunk = 1 + (round % 40);
    memory.views.int32.fill(-1, out / 4, out / 4 + 1000);
    pool.run(kernels[k] as CompiledKernel, out, 1000, chunk);
    const wrong = memory.views.int32
      .subarray(out / 4, out / 4 + 1000)
      .findIndex((value, i) => value !== i + 1000 * k);
    expect({ round, wrong }).toEqual({ round, wrong: -1 });
  }
  expect(pool.threads).toBe(threads);
});

describe('a worker that fails', () => {
  const ITERATIONS = 2 ** 31 - 1;

  /** Stores 1 for each element, after a count up to 1 in the caller and up to 2^31 in a worker. */
  function slowInWorkers(memory: LinearMemory, callerSin: () => number): CompiledKernel {
    return elementKernel(
      memory,
      (body, _i, at, sin) => {
        const n = body.local('i32');
        const caller = f32.eq(sin(f32.const(0)), f32.const(7));
        const end = body.let(i32.const(1));
        body.if(i32.eqz(caller), () => body.set(end, i32.const(ITERATIONS)));
        body.set(n, i32.const(0));
        body.countTo(n, end, () => body.store(at, i32.or(i32.const(1), i32.shrU(n, i32.const(31)))));
      },
      callerSin,
    );
  }

  test('killed in the middle of a chunk, costs that chunk a second computation and nothing else', async () => {
    const { pool, memory } = await startPool({ threads: 2, lostAfter: 100 });
    const [victim] = pool.workers;
    const out = memory.allocate(4 * 8);
    memory.views.int32.fill(0, out / 4, out / 4 + 8);
    let killed = false;
    const kernel = slowInWorkers(memory, () => {
      if (!killed) {
        blockUntil(() => claimed(pool) > 1);
        killed = true;
        void victim?.terminate();
      }
      return 7;
    });
    const begin = performance.now();
    pool.run(kernel, out, 8, 1);
    const took = performance.now() - begin;
    expect([...memory.views.int32.subarray(out / 4, out / 4 + 8)]).toEqual(new Array(8).fill(1));
    expect(took).toBeGreaterThan(90);
    expect(took).toBeLessThan(5000);
    expect(pool.threads).toBe(1);

    memory.views.int32.fill(0, out / 4, out / 4 + 8);
    pool.run(kernel, out, 8, 1);
    expect([...memory.views.int32.subarray(out / 4, out / 4 + 8)]).toEqual(new Array(8).fill(1));
  });

  test('is told to end before its chunk is done again', async () => {
    const { pool, memory } = await startPool({ threads: 2, lostAfter: 50 });
    const hanging = pool.workers[0] as WorkerHandle;
    const out = memory.allocate(4 * 2);
    const order: string[] = [];
    const terminate = vi.spyOn(hanging, 'terminate').mockImplementation(() => {
      order.push('told to end');
      terminate.mockRestore();
      return hanging.terminate();
    });
    const kernel = slowInWorkers(memory, () => {
      blockUntil(() => claimed(pool) > 1);
      order.push('computed');
      return 7;
    });
    pool.run(kernel, out, 2, 1);
    expect(order).toEqual(['computed', 'told to end', 'computed']);
    await hanging.ended;
  });

  test('given up holds back what is to be freed until it has ended', async () => {
    const { pool, memory } = await startPool({ threads: 2, lostAfter: 50 });
    const out = memory.allocate(4 * 4);
    const kernel = slowInWorkers(memory, () => {
      blockUntil(() => claimed(pool) > 1);
      return 7;
    });
    const [hanging] = pool.workers;
    pool.run(kernel, out, 4, 1);
    let quiet = false;
    pool.whenQuiet(() => {
      quiet = true;
    });
    expect(quiet).toBe(false);
    await hanging?.ended;
    await Promise.resolve();
    expect(quiet).toBe(true);
  });

  test('dead before the job, is not waited for', async () => {
    const { pool, memory } = await startPool({ threads: 2, spin: 0 });
    blockUntil(() => asleep(pool) === 1);
    const out = memory.allocate(4 * 8);
    void pool.workers[0]?.terminate();
    const begin = performance.now();
    pool.run(
      elementKernel(memory, (body, i, at) => body.store(at, i)),
      out,
      8,
      1,
    );
    expect(performance.now() - begin).toBeLessThan(1500);
    expect([...memory.views.int32.subarray(out / 4, out / 4 + 8)]).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  test('trapping where the caller does not, leaves its chunk to the caller', async () => {
    const { pool, memory } = await startPool({ threads: 2 });
    const out = memory.allocate(4 * 4);
    const kernel = elementKernel(
      memory,
      (body, i, at, sin) => body.store(at, i32.divS(i, i32.truncSatF32S(sin(f32.const(0))))),
      () => {
        blockUntil(() => claimed(pool) > 1);
        return 1;
      },
    );
    pool.run(kernel, out, 4, 1);
    expect([...memory.views.int32.subarray(out / 4, out / 4 + 4)]).toEqual([0, 1, 2, 3]);
    expect(pool.threads).toBe(2);
  });

  test('an error of the caller ends the job, and the pool goes on', async () => {
    const { pool, memory } = await startPool({ threads: 2 });
    const out = memory.allocate(4 * 64);
    const trap = elementKernel(memory, (body, i, at) => body.store(at, i32.divS(i, i32.const(0))));
    for (let i = 0; i < 20; i++) expect(() => pool.run(trap, out, 64, 1)).toThrow(WebAssembly.RuntimeError);
    pool.run(
      elementKernel(memory, (body, i, at) => body.store(at, i)),
      out,
      64,
      1,
    );
    expect(memory.views.int32[out / 4 + 63]).toBe(63);
  });
});

test('job numbers may start again', async () => {
  const { pool, memory } = await startPool({ threads: 2 });
  const out = memory.allocate(4 * 2);
  const kernel = elementKernel(memory, (body, _i, at) => body.store(at, i32.add(i32.load(at), i32.const(1))));
  memory.views.int32.fill(0, out / 4, out / 4 + 2);
  const jobs = LAST_JOB + 10_000;
  for (let i = 0; i < jobs; i++) pool.run(kernel, out, 2, 1);
  expect([...memory.views.int32.subarray(out / 4, out / 4 + 2)]).toEqual([jobs, jobs]);
  expect(pool.threads).toBe(2);
}, 60_000);

test('an idle pool uses no processor time', async () => {
  const { pool } = await startPool({ threads: 2 });
  blockUntil(() => asleep(pool) === 1);
  const before = process.cpuUsage();
  await new Promise((resolve) => setTimeout(resolve, 400));
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1000).toBeLessThan(100);
});

test('what a fork and join costs is printed', async () => {
  const { pool, memory } = await startPool({ threads: 2 });
  const out = memory.allocate(4 * 1024);
  const nothing = elementKernel(memory, (body, _i, at) => body.store(at, i32.const(1)));
  const meeting = elementKernel(
    memory,
    (body, _i, at, sin) => body.store(at, sin(f32.const(0))),
    () => {
      while (claimed(pool) < 2);
      return 0;
    },
  );
  const work = elementKernel(memory, (body, i, at) => {
    const n = body.local('i32');
    const x = body.let(f32.const(1));
    body.set(n, i32.const(0));
    body.countTo(n, i32.const(1000), () =>
      body.set(x, f32.add(f32.mul(x, f32.const(0.5)), f32.convertI32S(i))),
    );
    body.store(at, x);
  });
  const median = (run: () => void, times: number): string => {
    const each = Array.from({ length: times }, () => {
      const begin = performance.now();
      run();
      return (performance.now() - begin) * 1000;
    }).sort((a, b) => a - b);
    return `${(each[times >> 1] as number).toFixed(1)} µs (p99 ${(each[Math.floor(times * 0.99)] as number).toFixed(1)})`;
  };
  for (let i = 0; i < 3000; i++) pool.run(nothing, out, 2, 1);
  const lines = [
    `two empty chunks, taken by whoever comes first: ${median(() => pool.run(nothing, out, 2, 1), 10_000)}`,
    `two empty chunks, one each, worker spinning: ${median(() => pool.run(meeting, out, 2, 1), 1000)}`,
    `64 chunks of work on one thread: ${median(() => work.run(out, 0, 64, 0), 500)}`,
    `64 chunks of work on two threads: ${median(() => pool.run(work, out, 64, 1), 500)}`,
  ];
  const wake: number[] = [];
  for (let i = 0; i < 100; i++) {
    blockUntil(() => asleep(pool) === 1);
    const begin = performance.now();
    pool.run(work, out, 64, 1);
    wake.push((performance.now() - begin) * 1000);
  }
  lines.push(`the same with the worker asleep: ${(wake.sort((a, b) => a - b)[50] as number).toFixed(1)} µs`);
  console.log(`fork and join:\n  ${lines.join('\n  ')}`);
  expect(memory.views.float32[out / 4 + 63]).toBeCloseTo(126, 3);
});
