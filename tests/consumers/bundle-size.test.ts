import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Bundle } from './bundle.ts';
import { bundle } from './bundle.ts';
import { emptyFolder, pack, removeFolder, runOutside } from './outside.ts';

let tarballs: string;
let project: string;
const bundles = new Map<string, Bundle>();

const cpuDevice = `import { cpu } from '@flambeau/backend-cpu';
import { setDefaultDevice, tensor } from '@flambeau/core';
setDefaultDevice(cpu());
`;
const model = `import { Linear, ReLU, Sequential } from '@flambeau/nn';
const model = new Sequential(new Linear(2, 8), new ReLU(), new Linear(8, 1));
const y = model.forward(tensor([[1, 2]]));
`;
const programs = {
  'four functions of core': `import { add, mul, relu, tensor } from '@flambeau/core/functional';
export const layer = (x, w, b) => relu(add(mul(tensor(x), w), b));
`,
  'a layer of core': `import { add, matmul, relu, tensor } from '@flambeau/core/functional';
export const layer = (x, w, b) => relu(add(matmul(tensor(x), w), b));
`,
  'core with all methods': `import { tensor } from '@flambeau/core';
export const x = tensor([1, 2]).add(1);
`,
  'matmul and add on cpu()': `import { cpu } from '@flambeau/backend-cpu';
import { add, matmul, setDefaultDevice, tensor } from '@flambeau/core/functional';
setDefaultDevice(cpu());
console.log(await add(matmul(tensor([[1]]), tensor([[2]])), tensor([[3]])).toArray());
`,
  'matmul and add on cpuPrimitives()': `import { cpuPrimitives } from '@flambeau/backend-cpu/primitives';
import { add, matmul, setDefaultDevice, tensor } from '@flambeau/core/functional';
setDefaultDevice(cpuPrimitives());
console.log(await add(matmul(tensor([[1]]), tensor([[2]])), tensor([[3]])).toArray());
`,
  'inference with Linear and ReLU': `${cpuDevice}${model}console.log(await y.toArray());
`,
  'training with Linear, ReLU, mseLoss and SGD': `import '@flambeau/autograd';
import { mseLoss } from '@flambeau/losses';
import { SGD } from '@flambeau/optim';
${cpuDevice}${model}const optimizer = new SGD(model.parameters(), { lr: 0.1 });
mseLoss(y, tensor([[3]])).backward();
optimizer.step();
`,
} as const;

type Program = keyof typeof programs;
const bundled = (program: Program): Bundle => bundles.get(program) as Bundle;

beforeAll(async () => {
  tarballs = emptyFolder('tarballs');
  project = emptyFolder('bundles');
  writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  const packages = ['core', 'backend-cpu', 'autograd', 'nn', 'losses', 'optim'];
  const flags = ['--offline', '--no-audit', '--no-fund'];
  runOutside(project, 'npm', ['install', ...flags, ...pack(tarballs, packages)]);
  for (const [title, contents] of Object.entries(programs)) {
    bundles.set(title, await bundle(project, title, contents));
  }
});

afterAll(() => {
  removeFolder(tarballs);
  removeFolder(project);
});

// Measured sizes and a little room. Raise one only in the change that needs it.
test.each<[Program, number]>([
  ['four functions of core', 8_000],
  ['a layer of core', 10_000],
  ['core with all methods', 24_000],
  ['matmul and add on cpuPrimitives()', 20_000],
  ['matmul and add on cpu()', 28_000],
  ['inference with Linear and ReLU', 46_000],
  ['training with Linear, ReLU, mseLoss and SGD', 54_000],
])('%s fit into %i bytes of gzip', (program, ceiling) => {
  expect(bundled(program).gzipped).toBeGreaterThan(0);
  expect(bundled(program).gzipped).toBeLessThan(ceiling);
});

describe('what a program does not use stays out of its bundle', () => {
  const everything = Object.keys(programs) as Program[];
  const without = (program: Program, unwanted: RegExp): void => {
    expect(bundled(program).modules).toContain('core/dist/tensor.js');
    expect(bundled(program).modules.filter((module) => unwanted.test(module))).toEqual([]);
  };

  test('the pattern of a module that is used finds it', () => {
    const { modules, text } = bundled('matmul and add on cpu()');
    expect(modules.filter((module) => /conv2d/.test(module))).not.toEqual([]);
    expect(modules.filter((module) => /^core\/.*\/matmul/.test(module))).not.toEqual([]);
    expect(text).toContain('conv2d');
  });

  test.each(everything)('%s: no convolution, pooling or normalisation of core', (program) => {
    without(program, /^core\/dist\/ops\/(neural\/|(norm|loss)\.js$)/);
  });

  test('a bundle on cpuPrimitives() has no kernels of composed ops', () => {
    const { text } = bundled('matmul and add on cpuPrimitives()');
    without('matmul and add on cpuPrimitives()', /conv2d|winograd|pool|batch-norm|softmax|gemm|interpreter/);
    expect(text).not.toMatch(/conv2d|maxPool|[bB]atchNorm|softmax/);
  });

  test.each(everything)(
    '%s: no spilling, deferring, stepping or late faults without a device that needs them',
    (program) => {
      without(program, /block-cache|pending|stepped-maps|late-faults/);
      expect(bundled(program).text).not.toContain('memory budget');
    },
  );

  test.each<Program>([
    'four functions of core',
    'a layer of core',
    'matmul and add on cpu()',
    'matmul and add on cpuPrimitives()',
  ])('%s: no methods of tensors without @flambeau/core itself', (program) => {
    without(program, /^core\/dist\/(index|methods)|format|print/);
  });

  test('no op comes along that is not used', () => {
    const used = /^core\/dist\/ops\/(elementwise|define|map-op|map-program|transfer|copy)\.js$/;
    const { modules } = bundled('four functions of core');
    const ops = modules.filter((module) => module.startsWith('core/dist/ops/') && !used.test(module));
    expect(ops).toEqual([]);
  });

  test('a bundle for inference has no autograd, losses or optimizers', () => {
    without('inference with Linear and ReLU', /^(autograd|losses|optim)\/|derive|gradient-maps/);
    expect(bundled('inference with Linear and ReLU').modules).toContain('nn/dist/linear.js');
  });

  test('a bundle for training has only the layers, losses and optimizers that it names', () => {
    const program = 'training with Linear, ReLU, mseLoss and SGD';
    without(program, /^nn\/dist\/(conv|adaptive|batch-norm|dropout|.*pool)/);
    without(program, /^losses\/dist\/(cross-entropy|binary-cross-entropy|modules)/);
    without(program, /^optim\/dist\/(ada|lr-scheduler|one-cycle)/);
    for (const module of ['autograd/dist/backward.js', 'losses/dist/difference.js', 'optim/dist/sgd.js']) {
      expect(bundled(program).modules).toContain(module);
    }
  });

  test('random numbers stay out where none are drawn', () => {
    without('matmul and add on cpu()', /random/);
    without('matmul and add on cpuPrimitives()', /random/);
  });
});
