import { cpu } from '@flambeau/backend-cpu';
import type { Device, Kernel } from '@flambeau/core';
import { addLayer, createDevice, zeros } from '@flambeau/core';
import { countingDevice, opTable } from '@flambeau/core/testing';
import { describe, expect, test } from 'vitest';
import type { BackendUnderTest, Check } from './backend-under-test.ts';
import { casesOf } from './cases.ts';
import type { CellResult } from './cell.ts';
import { goldenKeys } from './context.ts';
import type { SampledName } from './functions.ts';
import { ALL } from './samples/spec.ts';
import { provenBy, samples } from './samples/table.ts';
import { planSuite } from './suite.ts';

async function run(
  subject: string,
  check: Check,
  backend: Partial<BackendUnderTest> = {},
): Promise<CellResult[]> {
  const suite = planSuite({ name: 'tested', create: cpu, ...backend });
  const cells = suite.cells.filter((cell) => cell.subject === subject && cell.check === check);
  expect(cells.length).toBeGreaterThan(0);
  return Promise.all(cells.map((cell) => cell.run()));
}

const statuses = (results: readonly CellResult[]): string[] => results.map(({ status }) => status);

/** The cpu backend with one kernel done otherwise. */
function cpuWith(name: string, change: (kernel: Kernel<never>) => Kernel<never>): () => Device {
  const { backend } = cpu();
  const kernel = backend.kernels[name as 'softmax'] as Kernel<never>;
  return () => createDevice({ ...backend, kernels: { ...backend.kernels, [name]: change(kernel) } });
}

/** A kernel whose first result is off by a little. */
const slightlyOff = (kernel: Kernel<never>): Kernel<never> => {
  return (inputs, outputs, attrs, context) => {
    const fault = kernel(inputs, outputs, attrs, context);
    const [y] = outputs;
    if (y && y.size > 0) {
      const values = y.block as Float64Array;
      values[y.offset] = (values[y.offset] as number) + 1e-3;
    }
    return fault;
  };
};

describe('a backend that does something wrong is found out', () => {
  test('by its values: a softmax that is off by a thousandth', async () => {
    const create = cpuWith('softmax', slightlyOff);
    expect(statuses(await run('softmax', 'forward', { create }))).toEqual(['fail', 'fail']);
    const lowered = await run('softmax', 'lowered', { create });
    expect(statuses(lowered)).toEqual(['fail', 'fail']);
    expect(lowered[0]?.failures[0]?.message).toMatch(/^with the kernel against the lowering: got/);
    expect(statuses(await run('tanh', 'forward', { create }))).not.toContain('fail');
  });

  test('by its gradients: a fused gradient that is off', async () => {
    const create = cpuWith('logSoftmaxGrad', slightlyOff);
    expect(statuses(await run('logSoftmax', 'forward', { create }))).not.toContain('fail');
    expect(statuses(await run('logSoftmax', 'backward', { create }))).toEqual(['fail', 'fail']);
    expect(statuses(await run('logSoftmax', 'differences', { create }))).toEqual(['fail']);
    const lowered = await run('logSoftmax', 'lowered', { create });
    expect(new Set(lowered.flatMap(({ failures }) => failures.map(({ direction }) => direction)))).toEqual(
      new Set(['backward']),
    );
  });

  test('by a layout: a copy that takes every tensor for one in row-major order', async () => {
    const create = cpuWith('copyStrided', (kernel) => (inputs, outputs, attrs, context) => {
      const flat = inputs.map((x) => ({ ...x, strides: outputs[0]?.strides ?? [] }));
      return kernel(flat, outputs, attrs, context);
    });
    expect(statuses(await run('clone', 'layouts', { create }))).toContain('fail');
  });

  test('by second derivatives in float32: a softmax that is off in that dtype alone', async () => {
    const create = cpuWith('softmax', (kernel) => (inputs, outputs, attrs, context) => {
      const fault = kernel(inputs, outputs, attrs, context);
      const [y] = outputs;
      if (y?.dtype === 'float32') {
        const values = y.block as Float32Array;
        for (let i = 0; i < y.size; i++) values[y.offset + i] = (values[y.offset + i] as number) * 1.01;
      }
      return fault;
    });
    const [float32, float64] = await run('softmax', 'double', { create });
    expect(float32?.status).toBe('fail');
    expect(float32?.failures[0]?.message).toMatch(/^second derivative 0, in float64 at 'cpu': got/);
    expect(float64?.status).toBe('pass');
  });

  test('by an error that it does not report: a gather that takes any index', async () => {
    const create = cpuWith(
      'gather',
      (kernel) =>
        (...call) =>
          void kernel(...call),
    );
    const [result] = await run('gather', 'errors', { create });
    expect(result?.status).toBe('fail');
    expect(result?.failures[0]?.message).toMatch(/accepted, expected ValueError/);
  });

  test('by what it leaves in memory', async () => {
    const create = (): Device => countingDevice(cpu().backend);
    expect(statuses(await run('mul', 'lifetimes', { create }))).toEqual(['pass']);
    const kept: unknown[] = [];
    const remove = addLayer((call, next) => {
      const outputs = next(call);
      if (call.op.name === 'mul' && outputs[0]) kept.push(zeros([3], { device: outputs[0].device }).add(1));
      return outputs;
    });
    const [result] = await run('mul', 'lifetimes', { create });
    remove();
    expect(result?.status).toBe('fail');
    expect(result?.failures[0]?.message).toMatch(/block\(s\) with \d+ bytes are left in use/);
  });
});

test('a device is not asked for dtypes that it lacks, and every such case is counted', async () => {
  const { backend } = cpu();
  const capabilities = { ...backend.capabilities, dtypes: ['float32', 'int32', 'bool'] as const };
  const suite = planSuite({ name: 'few dtypes', create: () => createDevice({ ...backend, capabilities }) });
  const cells = suite.cells.filter(({ subject }) =>
    ['castTo', 'mul', 'to_int8', 'to_int32'].includes(subject),
  );
  const results = await Promise.all(cells.map((cell) => cell.run()));
  expect(results.flatMap(({ failures }) => failures)).toEqual([]);
  const reasons = new Set(results.flatMap((result) => Object.keys(result.reasons)));
  const lacking = ['float64', 'uint8', 'int8'].map((dtype) => `the device has no ${dtype}`);
  const others = [
    'the collector owns the memory of this device',
    'no float64 here, and no reference was given',
  ];
  expect(reasons).toEqual(new Set([...lacking, ...others]));
  expect(results.every(({ cases, skipped }, i) => cases + skipped === cells[i]?.cases.length)).toBe(true);
});

describe('second derivatives on a device without float64', () => {
  const { backend } = cpu();
  const capabilities = { ...backend.capabilities, dtypes: ['float32', 'int32', 'bool'] as const };
  const create = (): Device => createDevice({ ...backend, capabilities });

  test('are compared with those of the reference', async () => {
    const [float32, float64] = await run('tanh', 'double', { create, reference: cpu });
    expect(float32).toMatchObject({ status: 'pass', skipped: 0 });
    expect(float64?.status).toBe('skip');
  });

  test('are skipped without one, and counted', async () => {
    const [float32] = await run('tanh', 'double', { create });
    expect(float32).toMatchObject({ status: 'skip', cases: 0 });
    expect(float32?.reasons).toEqual({ 'no float64 here, and no reference was given': float32?.skipped });
  });
});

describe('known differences', () => {
  const reason = 'known';
  const wrong = { create: cpuWith('softmax', slightlyOff) };
  const softmax = { reason, cases: [{ subject: 'softmax' }] };

  test('cases that are skipped are not run, and counted with their reason', async () => {
    const [result] = await run('softmax', 'forward', { ...wrong, skip: [softmax] });
    expect(result).toMatchObject({ status: 'skip', cases: 0, failures: [] });
    expect(result?.reasons).toEqual({ known: result?.skipped });
  });

  test('a case that is expected to fail and does is no failure', async () => {
    const xfail = [
      { reason, cases: [{ subject: 'softmax', check: 'forward' as const, title: 'softmax([2, 3], 1)' }] },
    ];
    const [result] = await run('softmax', 'forward', { ...wrong, xfail });
    expect(result?.failures.map(({ title }) => title)).not.toContain('softmax([2, 3], 1)');
    expect(result?.reasons).toEqual({ known: 1 });
  });

  test('a case that is expected to fail and passes is a failure', async () => {
    const [result] = await run('tanh', 'forward', {
      xfail: [{ reason, cases: [{ subject: 'tanh', title: 'tanh([3, 5])' }] }],
    });
    expect(result?.status).toBe('fail');
    expect(result?.failures).toEqual([
      { title: 'tanh([3, 5])', direction: 'forward', message: 'passes, but is expected to fail: known' },
    ]);
  });

  test('a selection that names nothing, everything, or no reason is refused', () => {
    const plan = (selection: BackendUnderTest['skip']) => () =>
      planSuite({ name: 'tested', create: cpu, skip: selection ?? [] });
    expect(plan([{ reason, cases: [{ subject: 'tanhh' }] }])).toThrow(
      'skip names no case: {"subject":"tanhh"} (known)',
    );
    expect(plan([{ reason, cases: [{}] }])).toThrow('skip of everything');
    expect(plan([{ reason: ' ', cases: [{ subject: 'tanh' }] }])).toThrow('skip without a reason');
  });

  test('tolerances of the backend take the place of those of the samples', async () => {
    const loose = { float32: { atol: 0.01, rtol: 0 }, float64: { atol: 0.01, rtol: 0 } };
    expect(statuses(await run('softmax', 'forward', { ...wrong, tolerance: { softmax: loose } }))).toEqual([
      'pass',
      'pass',
    ]);
    expect(statuses(await run('softmax', 'forward', { ...wrong, tolerance: { '*': loose } }))).toEqual([
      'pass',
      'pass',
    ]);
  });
});

describe('the table of samples', () => {
  const all = (Object.keys(samples) as SampledName[]).flatMap((fn) =>
    ALL.flatMap((dtype) => casesOf(fn, samples[fn], dtype)),
  );

  test('has a golden value for every case, and no other', () => {
    const wanted = new Set(all.map(({ key }) => key));
    const there = new Set(goldenKeys());
    expect(all.filter(({ key }) => !there.has(key)).map(({ title }) => title)).toEqual([]);
    expect([...there].filter((key) => !wanted.has(key))).toEqual([]);
  });

  test('names every case of a cell apart', () => {
    const titles = all.map(({ fn, dtype, title }) => `${fn} ${dtype} ${title}`);
    expect(new Set(titles).size).toBe(titles.length);
  });

  test('has cases for every function', () => {
    const named = new Set(all.map(({ fn }) => fn));
    expect((Object.keys(samples) as SampledName[]).filter((fn) => !named.has(fn))).toEqual([]);
  });

  test('says for every op which functions prove it', () => {
    for (const op of opTable.keys()) for (const fn of provenBy(op)) expect(samples, op).toHaveProperty([fn]);
  });
});
