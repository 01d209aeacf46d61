// What docs/write-a-backend.md promises: from an empty folder and the packed packages to a backend that passes.
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { emptyFolder, pack, removeFolder, root, runOutside } from './outside.ts';

let tarballs: string;
let project: string;

beforeAll(() => {
  tarballs = emptyFolder('tarballs');
  project = emptyFolder('backend-template');
  writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  const packed = pack(tarballs, ['core', 'autograd', 'backend-conformance']);
  runOutside(project, 'npm', ['install', '--offline', '--no-audit', '--no-fund', ...packed]);
  for (const folder of ['src', 'test']) {
    cpSync(join(root, 'examples/backend-template', folder), join(project, folder), { recursive: true });
  }
});

afterAll(() => {
  removeFolder(tarballs);
  removeFolder(project);
});

test('the template needs nothing but the published packages, and passes', () => {
  const names = ['storage', 'training', 'matmul', 'softmax', 'conv2d'];
  const output = runOutside(project, process.execPath, ['test/conformance.ts', ...names]);
  expect(output).toMatch(/^template: \d+ cells pass, 0 fail, 0 fail as expected/m);
  expect(output).toMatch(/^conv2d +✓✓✓ +✓✓✓ +··· +··· +··· +··· +\d+$/m);
});

test('it imports no more than that', () => {
  const files = ['src/backend.ts', 'src/kernels/loops.ts', 'src/kernels/map.ts', 'test/conformance.ts'];
  const imported = files.flatMap((file) =>
    [...readFileSync(join(project, file), 'utf8').matchAll(/from '([^.'][^']*)'/g)].map((match) => match[1]),
  );
  expect(new Set(imported)).toEqual(
    new Set(['@flambeau/core', '@flambeau/backend-conformance', 'node:process']),
  );
});
