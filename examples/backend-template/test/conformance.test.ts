import { execFileSync } from 'node:child_process';
import { execPath } from 'node:process';
import { fileURLToPath } from 'node:url';
import { formatTotals, testBackend } from '@flambeau/backend-conformance';
import { afterAll, describe, expect, it, test } from 'vitest';
import { template } from '../src/backend.ts';

const report = testBackend({ name: 'template', create: template }, { describe, it });

afterAll(() => console.log(formatTotals(report)));

test('the same runs in plain Node', () => {
  const program = fileURLToPath(new URL('conformance.ts', import.meta.url));
  const output = execFileSync(execPath, ['--conditions=@flambeau/source', program, 'matmul', 'softmax'], {
    encoding: 'utf8',
  });
  expect(output).toMatch(/^softmax +✓✓✓ +✓✓✓ +··· +··· +··· +··· +\d+$/m);
  expect(output).toMatch(/^template: \d+ cells pass, 0 fail/m);
});
