import { cpu } from '@flambeau/backend-cpu';
import type { Device, Kernel, Operand } from '@flambeau/core';
import { createDevice } from '@flambeau/core';
import { describe, expect, test } from 'vitest';
import type { BackendUnderTest } from './backend-under-test.ts';
import { type MatrixLine, matrixOf, matrixTotals } from './matrix.ts';
import { formatMatrixJson, formatMatrixText } from './matrix-text.ts';
import { runSuite } from './run-suite.ts';
import { matrixNames } from './subjects.ts';

async function matrix(
  only: readonly string[],
  backend: Partial<BackendUnderTest> = {},
): Promise<MatrixLine[]> {
  return matrixOf(await runSuite({ name: 'mine', create: cpu, ...backend }, { only }), { only });
}

const at = (lines: readonly MatrixLine[], op: string, dtype: string, direction: string): string => {
  const line = lines.find((one) => one.op === op && one.dtype === dtype && one.direction === direction);
  return line ? `${line.status}: ${line.reason}` : 'absent';
};

const { backend } = cpu();

/** The cpu backend with one kernel whose first result is off. */
function withWrong(name: 'logSoftmaxGrad' | 'softmax' | 'sum'): () => Device {
  const exact = backend.kernels[name] as Kernel<never>;
  const kernel: Kernel<never> = (inputs, outputs, attrs, context) => {
    const fault = exact(inputs, outputs, attrs, context);
    const { block, offset, size } = outputs[0] as Operand;
    if (size > 0) (block as Float64Array)[offset] = ((block as Float64Array)[offset] as number) + 1;
    return fault;
  };
  return () => createDevice({ ...backend, kernels: { ...backend.kernels, [name]: kernel } });
}

describe('every place of the matrix says something', () => {
  test('a function has a line for each dtype and direction, those that it does not take included', async () => {
    const lines = await matrix(['softmax', 'argmax', 'sign']);
    expect(lines).toHaveLength(3 * 6 * 3);
    expect(at(lines, 'softmax', 'float32', 'forward')).toBe('pass: ');
    expect(at(lines, 'softmax', 'float64', 'double')).toBe('pass: ');
    expect(at(lines, 'softmax', 'int32', 'forward')).toBe('skip: not defined for int32');
    expect(at(lines, 'argmax', 'float32', 'backward')).toBe('skip: not differentiable');
    expect(at(lines, 'sign', 'int32', 'backward')).toBe('skip: only floats have gradients');
  });

  test('an op within functions stands where they stand', async () => {
    const lines = await matrix(['conv2dWeightGrad', 'to']);
    expect(at(lines, 'conv2dWeightGrad', 'float32', 'double')).toMatch(/^pass: within .*conv2d/);
    expect(at(lines, 'conv2dWeightGrad', 'bool', 'forward')).toBe('skip: not defined for bool');
    expect(at(lines, 'to', 'float32', 'forward')).toMatch(/^pass/);
    expect(at(lines, 'to', 'int8', 'forward')).toBe('skip: by the checks of storage, in float32');
  });

  test('what works on the host says so, in every direction', async () => {
    const lines = await matrix(['nonzero', 'maskedSelect', 'tanh']);
    expect(at(lines, 'nonzero', 'int32', 'forward')).toBe('host: ');
    expect(at(lines, 'maskedSelect', 'float32', 'backward')).toBe('host: ');
    expect(at(lines, 'tanh', 'float32', 'forward')).toBe('pass: ');
  });

  test('a device without a dtype says so', async () => {
    const capabilities = { ...backend.capabilities, dtypes: ['float32', 'int32'] as const };
    const lines = await matrix(['tanh'], { create: () => createDevice({ ...backend, capabilities }) });
    expect(at(lines, 'tanh', 'float64', 'backward')).toBe('skip: the device has no float64');
    expect(at(lines, 'tanh', 'float32', 'double')).toBe('skip: no float64 here, and no reference was given');
  });

  test('an empty report is full of failures, unless the backend could not be run', () => {
    const report = { backend: 'gone', lines: [] };
    const lines = matrixOf(report);
    expect(lines).toHaveLength(matrixNames.length * 18);
    expect(at(lines, 'tanh', 'float32', 'forward')).toBe('fail: was not run');
    expect(at(lines, 'softmax', 'bool', 'forward')).toBe('skip: not defined for bool');
    const away = matrixOf(report, { unavailable: 'no adapter' });
    expect(at(away, 'tanh', 'float32', 'forward')).toBe('skip: no adapter');
    expect(matrixTotals(away)).toMatchObject({ pass: 0, host: 0, fail: 0, xfail: 0 });
  });
});

describe('what is wrong stands in the right places', () => {
  test('a kernel: its own function in every direction, its neighbour nowhere', async () => {
    const lines = await matrix(['softmax', 'tanh'], { create: withWrong('softmax') });
    expect(at(lines, 'softmax', 'float32', 'forward')).toMatch(
      /^fail: forward: softmax\(.*\): got .*expected/,
    );
    expect(at(lines, 'softmax', 'float64', 'backward')).toMatch(/^fail: backward: /);
    expect(lines.filter(({ op, status }) => op === 'tanh' && status === 'fail')).toEqual([]);
  });

  test('a gradient kernel: the function is right and its gradient is not, in layouts too', async () => {
    const lines = await matrix(['logSoftmax'], { create: withWrong('logSoftmaxGrad') });
    expect(at(lines, 'logSoftmax', 'float32', 'forward')).toBe('pass: ');
    expect(at(lines, 'logSoftmax', 'float32', 'backward')).toMatch(/^fail: backward: .*; .*; \d+ more$/);
  });

  test('a required kernel: its op is named', async () => {
    const lines = await matrix(['sum'], { create: withWrong('sum') });
    expect(at(lines, 'sum', 'float32', 'forward')).toMatch(
      /^fail: primitives: \[\] contiguous over \[\]: got/,
    );
    expect(at(lines, 'sum', 'uint8', 'backward')).toBe('skip: only floats have gradients');
  });

  test('an expected failure is told with its reason', async () => {
    const xfail = [{ reason: 'known', cases: [{ subject: 'softmax', dtype: 'float32' as const }] }];
    const lines = await matrix(['softmax'], { create: withWrong('softmax'), xfail });
    expect(at(lines, 'softmax', 'float32', 'forward')).toMatch(
      /^(xfail: known|fail: .*passes, but is expected to fail)/,
    );
  });
});

test('as text: a row per function, three marks per dtype, sums and reasons below', async () => {
  const lines = await matrix(['tanh', 'argmax']);
  const text = formatMatrixText(lines);
  expect(text).toMatch(/^argmax +✓·· +✓·· +✓·· +✓·· +✓·· +··· +\d+$/m);
  expect(text).toMatch(/^tanh +✓✓✓ +✓✓✓ +✓·· +✓·· +✓·· +✓·· +\d+$/m);
  expect(text).toMatch(/^mine: \d+ lines pass, 0 on the host, 0 fail, 0 fail as expected, \d+ are skipped$/m);
  expect(text).toMatch(/^ {2}\d+ × skip: not differentiable$/m);
  expect(formatMatrixText([{ ...(lines[0] as MatrixLine), status: 'fail', reason: 'why' }])).toMatch(
    /^FAIL tanh float32 forward: why$/m,
  );
});

test('as JSON: a line for each place, with its seven fields', async () => {
  const lines = await matrix(['tanh']);
  const first = JSON.parse(formatMatrixJson(lines).split('\n')[0] as string) as Record<string, unknown>;
  expect(first).toEqual({
    op: 'tanh',
    backend: 'mine',
    dtype: 'float32',
    direction: 'forward',
    cases: lines[0]?.cases,
    status: 'pass',
    reason: '',
  });
});
