import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundle } from './bundle.ts';
import { emptyFolder, machineNode, pack, removeFolder, root, runOutside } from './outside.ts';

let tarballs: string;
let project: string;

beforeAll(() => {
  tarballs = emptyFolder('tarballs');
  project = emptyFolder('consumer');
  writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  // Offline: core and a backend need nothing else.
  runOutside(project, 'npm', [
    'install',
    '--offline',
    '--no-audit',
    '--no-fund',
    ...pack(tarballs, ['core', 'backend-cpu']),
  ]);
});

afterAll(() => {
  removeFolder(tarballs);
  removeFolder(project);
});

test('core and backend-cpu alone install, and bring nothing else', () => {
  const installed = readdirSync(join(project, 'node_modules')).filter((name) => !name.startsWith('.'));
  expect(installed).toEqual(['@flambeau']);
  expect(readdirSync(join(project, 'node_modules/@flambeau')).sort()).toEqual(['backend-cpu', 'core']);
});

test('the packed backend asks for this version of core', () => {
  const manifest = (name: string) =>
    JSON.parse(readFileSync(join(project, 'node_modules/@flambeau', name, 'package.json'), 'utf8')) as {
      version: string;
      peerDependencies?: Record<string, string>;
    };
  expect(manifest('backend-cpu').peerDependencies).toEqual({
    '@flambeau/core': `^${manifest('core').version}`,
  });
});

test("two tensors add up on the machine's own Node", () => {
  writeFileSync(
    join(project, 'add.js'),
    `import { add, setDefaultDevice, tensor } from '@flambeau/core';
import { cpu } from '@flambeau/backend-cpu';
setDefaultDevice(cpu());
console.log(JSON.stringify(await add(tensor([1, 2]), tensor([3, 4])).toArray()));
`,
  );
  const node = machineNode();
  console.log(`Node ${runOutside(project, node, ['--version']).trim()}`);
  expect(JSON.parse(runOutside(project, node, ['add.js']))).toEqual([4, 6]);
});

test.each(['nodenext', 'bundler'])('the declarations check in a strict project (%s)', (resolution) => {
  writeFileSync(
    join(project, 'types.ts'),
    `import { add, type Tensor, tensor } from '@flambeau/core';
import { cpu } from '@flambeau/backend-cpu';
export const sum: Tensor = add(tensor([1, 2]), tensor([3, 4]));
export const device = cpu();
// @ts-expect-error: a string is no tensor
add('1', '2');
`,
  );
  const compilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    noEmit: true,
    target: 'es2022',
    lib: ['es2022', 'esnext.disposable'],
    types: [],
    module: resolution === 'nodenext' ? 'nodenext' : 'esnext',
    moduleResolution: resolution,
  };
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['types.ts'] }));
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  expect(runOutside(project, process.execPath, [tsc, '-p', '.'])).toBe('');
});

test('matmul and add on cpuPrimitives() bundle to under 20 KB gzip, run, and name their errors', async () => {
  const program = `import { add, matmul, setDefaultDevice, tensor } from '@flambeau/core/functional';
import { cpuPrimitives } from '@flambeau/backend-cpu/primitives';
setDefaultDevice(cpuPrimitives());
console.log(JSON.stringify(await add(matmul(tensor([[1]]), tensor([[2]])), tensor([[3]])).toArray()));
try { matmul(tensor([[1]]), tensor([[2], [3]])); } catch (error) { console.log(JSON.stringify(error.name)); }
`;
  const { gzipped, text } = await bundle(project, 'matmul + add on cpuPrimitives()', program);
  writeFileSync(join(project, 'bundled.js'), text);
  const lines = runOutside(project, machineNode(), ['bundled.js']).trim().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual([[[5]], 'ShapeError']);
  expect(gzipped).toBeGreaterThan(0);
  expect(gzipped).toBeLessThan(20_000);
});
