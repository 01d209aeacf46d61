import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { emptyFolder, machineNode, pack, removeFolder, runOutside } from './outside.ts';

let tarballs: string;
let project: string;

/** Runs a program in the project, where `copy/core.js` is a second copy of the packed core. */
function runProgram(source: string): string {
  writeFileSync(join(project, 'program.js'), source);
  return runOutside(project, machineNode(), ['program.js']);
}

beforeAll(() => {
  tarballs = emptyFolder('tarballs');
  project = emptyFolder('two-copies');
  writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  const packed = pack(tarballs, ['core', 'backend-cpu', 'autograd']);
  runOutside(project, 'npm', ['install', '--offline', '--no-audit', '--no-fund', ...packed]);
  for (const copy of ['copy', 'older']) {
    mkdirSync(join(project, copy));
    cpSync(join(project, 'node_modules/@flambeau/core/dist'), join(project, copy), { recursive: true });
  }
  const version = join(project, 'older/version.js');
  writeFileSync(version, readFileSync(version, 'utf8').replace(/'\d+\.\d+\.\d+'/, "'0.0.1'"));
});

afterAll(() => {
  removeFolder(tarballs);
  removeFolder(project);
});

test('a second copy of the same version shares device, grad mode, engine and generator, and their tensors mix', () => {
  const printed = runProgram(`import * as first from '@flambeau/core';
import * as second from './copy/index.js';
import { cpu } from '@flambeau/backend-cpu';
import '@flambeau/autograd';
first.setDefaultDevice(cpu());
const x = second.tensor([1, 2], { requiresGrad: true });
const y = first.tensor([3, 4]);
const product = second.mul(x, y);
first.sum(product).backward();
first.manualSeed(0);
const drawn = await second.rand([1]).item();
console.log(JSON.stringify({
  different: first.add !== second.add,
  recognised: first.isTensor(x) && x instanceof first.Tensor && second.isTensor(y),
  product: await product.toArray(),
  gradient: await x.grad.toArray(),
  noGrad: first.noGrad(() => second.mul(x, y).requiresGrad),
  drawn: drawn.toFixed(4),
}));
`);
  expect(JSON.parse(printed)).toEqual({
    different: true,
    recognised: true,
    product: [3, 8],
    gradient: [3, 4],
    noGrad: false,
    drawn: '0.4963',
  });
});

test('another version throws as it loads, and names both', () => {
  const printed = runProgram(`import { VERSION } from '@flambeau/core';
const message = await import('./older/index.js').then(() => 'no error', (error) => error.message);
console.log(JSON.stringify({ VERSION, message }));
`);
  const { VERSION, message } = JSON.parse(printed) as { VERSION: string; message: string };
  expect(message).toBe(
    `core(): two versions of @flambeau/core are loaded: got 0.0.1 beside ${VERSION}, expected one. Deduplicate it in your lockfile (npm ls @flambeau/core).`,
  );
});
