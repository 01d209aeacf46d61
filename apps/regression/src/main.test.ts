import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'regression-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const main = fileURLToPath(new URL('./main.ts', import.meta.url));
  return new Promise((resolve) => {
    execFile(process.execPath, ['--conditions=@flambeau/source', main, ...args], (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), stdout, stderr });
    });
  });
}

test('the program shows the loss falling and the line it found, and writes both pictures', async () => {
  const { code, stdout } = await run('--out', join(folder, 'deep', 'out'), '--seed', '1');
  expect(code).toBe(0);
  const losses = [...stdout.matchAll(/^step +\d+ {3}loss ([\d.]+)$/gm)].map(([, loss]) => Number(loss));
  expect(losses).toHaveLength(11);
  expect(losses.at(-1)).toBeLessThan(losses[0]! / 20);
  // What PyTorch ends with from this seed: tests/golden/regression.py.
  expect(stdout).toContain('w =  0.5176   (true:  0.5000)\nb = -0.0025   (true:  0.0000)\n');
  expect(stdout).toMatch(/━+[\s\S]*┤/);
  expect(readFileSync(join(folder, 'deep/out/regression.svg'), 'utf8')).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
  expect(readFileSync(join(folder, 'deep/out/regression.png')).subarray(1, 4).toString()).toBe('PNG');
});

test('a folder that cannot be made ends it with one line', async () => {
  writeFileSync(join(folder, 'file'), '');
  const { code, stderr } = await run('--steps', '1', '--out', join(folder, 'file', 'out'));
  expect(code).toBe(1);
  expect(stderr).toMatch(/^regression: ENOTDIR: [^\n]+\n$/);
});
