import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { matrixNames } from '@flambeau/backend-conformance';
import { expect, test } from 'vitest';

const program = fileURLToPath(new URL('run.ts', import.meta.url));

/** What `npm run conformance -- …` prints, and its exit code. */
function conformance(...args: string[]): { code: number; output: string } {
  try {
    const options = { encoding: 'utf8', stdio: 'pipe' } as const;
    const output = execFileSync(
      process.execPath,
      ['--conditions=@flambeau/source', program, ...args],
      options,
    );
    return { code: 0, output };
  } catch (error) {
    const { status, stdout, stderr } = error as { status: number; stdout: string; stderr: string };
    return { code: status, output: stdout + stderr };
  }
}

test('--json prints a line for each op, backend, dtype and direction, and nothing else', () => {
  const { code, output } = conformance('--json', '--backend', 'cpu,cpu-steps', '--only', 'fmod,affine');
  expect(code).toBe(0);
  const lines = output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(new Set(lines.map((line) => Object.keys(line).join()))).toEqual(
    new Set(['op,backend,dtype,direction,cases,status,reason']),
  );
  const ops = new Set(lines.map(({ op }) => op));
  expect(ops).toContain('affine');
  expect(lines).toHaveLength(ops.size * 2 * 6 * 3);
  expect(lines).toContainEqual({
    op: 'fmod',
    backend: 'cpu-steps',
    dtype: 'bool',
    direction: 'double',
    cases: 0,
    status: 'skip',
    reason: 'not defined for bool',
  });
  const xfail = lines.find(
    ({ op, backend, status }) => op === 'fmod' && backend === 'cpu-steps' && status === 'xfail',
  );
  expect(xfail?.['reason']).toMatch(/^the tier-1 definition of fmod is exact while/);
});

test('a name that there is not is refused', () => {
  expect(conformance('--only', 'tangent').output).toMatch(/nothing is called 'tangent'/);
  const { code, output } = conformance('--backend', 'cuda');
  expect(code).not.toBe(0);
  expect(output).toMatch(/no backend 'cuda': expected one of cpu, template, wasm, .*webgpu/);
});

test('every sampled function and every op is in the matrix', () => {
  expect(new Set(matrixNames).size).toBe(matrixNames.length);
  for (const name of ['tanh', 'Tensor.add_', 'conv2dInputGrad', 'copyStrided', 'to', 'nonzero'])
    expect(matrixNames).toContain(name);
});
