// Against PyTorch 1.13: golden/pytorch.json is printed by tests/golden/nn.py.
import '@flambeau/autograd';
import { cpu } from '@flambeau/backend-cpu';
import {
  type DType,
  fromTyped,
  manualSeed,
  noGrad,
  ones,
  rand,
  setDefaultDevice,
  type Tensor,
  zeros,
} from '@flambeau/core';
import { beforeAll, describe, expect, test } from 'vitest';
import golden from './golden/pytorch.json' with { type: 'json' };
import * as nn from './index.ts';

beforeAll(() => setDefaultDevice(cpu()));

type Layer = nn.Module & { readonly resetParameters?: () => void };

const hasOptions = (kind: string): boolean => /^(Linear|Conv|MaxPool|AvgPool|LPPool)|Norm/.test(kind);
const hasConstants = (kind: string): boolean => /^(Batch|Layer|Group|Instance)Norm/.test(kind);

/** A layer by PyTorch's name and arguments; options are spelled as here. */
function make(kind: string, args: readonly unknown[], options: object): Layer {
  const type = (nn as unknown as Record<string, new (...args: unknown[]) => Layer>)[kind];
  if (!type) throw new Error(`no layer ${kind}`);
  return hasOptions(kind) ? new type(...args, options) : new type(...args);
}

function crcOf(x: Tensor): number {
  const { buffer } = x.dataSync();
  let crc = -1;
  for (const byte of new Uint8Array(buffer)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (-(crc & 1) & 0xedb8_8320);
  }
  return ~crc >>> 0;
}

function decode(base64: string): Float64Array {
  return new Float64Array(Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)).buffer);
}

const crcsOf = (module: nn.AnyModule): Record<string, number> =>
  Object.fromEntries(module.namedParameters().map(([name, p]) => [name, crcOf(p)]));

describe('after the same seed, initial weights are those of PyTorch bit for bit', () => {
  test.each(golden.init)('$kind($args, $options) with seed $seed in $dtype', (entry) => {
    manualSeed(entry.seed);
    const layer = make(entry.kind, entry.args, { ...entry.options, dtype: entry.dtype });
    expect(crcsOf(layer)).toEqual(entry.parameters);
    expect(crcOf(rand([3]))).toBe(entry.after);
  });

  test('a second draw into the same layer goes on with the generator', () => {
    const [entry] = golden.init;
    manualSeed(99);
    const layer = new nn.Linear(1, 1);
    manualSeed(entry?.seed as number);
    layer.resetParameters();
    expect(crcsOf(layer)).toEqual(entry?.parameters);
  });
});

describe('initialisers give the values of PyTorch bit for bit', () => {
  test.each(golden.fills)(
    '$name of $shape with $args and $options',
    ({ name, shape, args, options, dtype, crc, after }) => {
      const camel = name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
      const fill = (nn as unknown as Record<string, (x: Tensor, ...args: unknown[]) => Tensor>)[camel];
      manualSeed(5);
      const x = zeros(shape, { dtype: dtype as DType, requiresGrad: true });
      expect(fill?.(x, ...args, options)).toBe(x);
      expect(crcOf(x)).toBe(crc);
      expect(crcOf(rand([3]))).toBe(after);
      expect(x.isLeaf).toBe(true);
    },
  );
});

/** Compares with float64 values: within `tolerance` of the largest, at least of 1. */
function expectClose(x: Tensor | null, base64: string, tolerance: number, title: string): void {
  const expected = decode(base64);
  const found = x?.dataSync() ?? [];
  expect(found.length, title).toBe(expected.length);
  const scale = expected.reduce((most, v) => Math.max(most, Math.abs(v)), 1);
  expected.forEach((value, i) => {
    expect(Math.abs((found[i] as number) - value), `${title}, element ${i}`).toBeLessThanOrEqual(
      tolerance * scale,
    );
  });
}

type LayerEntry = (typeof golden.layers)[number];

/** The layer as the generator's `layer` makes it: the same numbers are drawn in the same order. */
function prepare(entry: LayerEntry, dtype: DType): Layer {
  manualSeed(11);
  const wide = hasOptions(entry.kind) ? { ...entry.options, dtype: 'float64' } : entry.options;
  const layer = make(entry.kind, entry.args, wide);
  if (hasConstants(entry.kind)) {
    noGrad(() => {
      for (const p of layer.parameters()) p.copy_(rand(p.shape, { dtype: 'float64' }).add(0.5));
    });
  }
  return layer.to(dtype);
}

describe('layers compute what PyTorch does', () => {
  describe.each([
    ['float64', 1e-12],
    ['float32', 2e-6],
  ] as const)('in %s', (dtype, tolerance) => {
    test.each(golden.layers)('$kind($args, $options) of $shape', (entry) => {
      const layer = prepare(entry, dtype);
      let input = zeros([0]);
      let output = input;
      for (const { mode, shape, values } of entry.steps) {
        layer.train(mode === 'train');
        input = rand(entry.shape, { dtype: 'float64' }).mul(2).sub(1).to(dtype).requiresGrad_();
        output = layer.forward(input);
        expect(output.shape).toEqual(shape);
        expectClose(output, values, tolerance, `output in ${mode} mode`);
      }
      const cotangent = Float64Array.from({ length: output.size }, (_, i) => Math.sin(i + 1));
      output.backward(fromTyped(cotangent, output.shape, { dtype }));
      expectClose(input.grad, entry.inputGrad, 4 * tolerance, 'gradient of the input');
      const grads = Object.entries(entry.grads);
      expect(layer.namedParameters().map(([name]) => name)).toEqual(grads.map(([name]) => name));
      layer.namedParameters().forEach(([name, p], i) => {
        expectClose(p.grad, grads[i]?.[1] as string, 8 * tolerance, `gradient of ${name}`);
      });
      const buffers = Object.entries(entry.buffers);
      expect(layer.namedBuffers().map(([name]) => name)).toEqual(buffers.map(([name]) => name));
      layer.namedBuffers().forEach(([name, b], i) => {
        expectClose(b, buffers[i]?.[1] as string, tolerance, name);
      });
    });
  });
});

class Shared extends nn.Module {
  readonly first = new nn.Linear(4, 4);
  readonly scale = nn.parameter(ones([4]));
  readonly second = this.first;
  readonly tied = new nn.Linear(4, 4, { bias: false });
  readonly norm = new nn.BatchNorm1d(4);
  readonly layers = new nn.ModuleList([new nn.Linear(4, 2), new nn.ReLU(), this.norm]);
  readonly mask = this.registerBuffer('mask', ones([4]));
  readonly cache = this.registerBuffer('cache', ones([4]), { persistent: false });
  readonly own = nn.parameter(zeros([1]), { requiresGrad: false });

  constructor() {
    super();
    this.tied.weight = this.first.weight;
  }

  forward(x: Tensor): Tensor {
    return x;
  }
}

const cnn = (): nn.Module =>
  new nn.Sequential(
    new nn.Conv2d(3, 32, 3, { padding: 1 }),
    new nn.BatchNorm2d(32),
    new nn.ReLU({ inplace: true }),
    new nn.Conv2d(32, 32, 3, { padding: 'same', bias: false }),
    new nn.MaxPool2d(2),
    new nn.Conv2d(32, 64, [3, 5], { stride: [1, 2], dilation: 2, groups: 4 }),
    new nn.MaxPool2d([2, 3], { padding: 1, ceilMode: true }),
    new nn.Sequential(new nn.Flatten(), new nn.Linear(64, 10, { bias: false })),
    new nn.LeakyReLU(0.2),
    new nn.Sigmoid(),
    new nn.Tanh(),
    new nn.Softmax(1),
    new nn.LogSoftmax(-1),
    new nn.Identity(),
    new nn.BatchNorm1d(10, { eps: 0.001, momentum: null, affine: false, trackRunningStats: false }),
    new nn.Sequential(),
  );

const spatial = (): nn.Module =>
  new nn.Sequential(
    new nn.Conv1d(2, 4, 3, { padding: 'same', paddingMode: 'circular' }),
    new nn.Conv3d(2, 2, 1, {
      groups: 2,
      bias: false,
      dilation: 2,
      paddingMode: 'replicate',
      padding: [1, 0, 2],
    }),
    new nn.ConvTranspose1d(1, 2, 3, { stride: 2, outputPadding: 1 }),
    new nn.ConvTranspose2d(2, 2, [1, 2], { padding: [0, 1], bias: false }),
    new nn.ConvTranspose3d(2, 4, 2, { groups: 2, dilation: 2 }),
    new nn.MaxPool1d(2),
    new nn.MaxPool3d([1, 2, 3], { ceilMode: true }),
    new nn.AvgPool1d(3, { stride: 2, padding: 1 }),
    new nn.AvgPool2d([2, 3], { padding: 1 }),
    new nn.AvgPool3d(2, { divisorOverride: 3 }),
    new nn.AdaptiveAvgPool1d(3),
    new nn.AdaptiveAvgPool2d([null, 3]),
    new nn.AdaptiveAvgPool3d(2),
    new nn.AdaptiveMaxPool1d(3),
    new nn.AdaptiveMaxPool2d([2, 3]),
    new nn.AdaptiveMaxPool3d([null, 1, 2]),
    new nn.MaxUnpool1d(2) as never,
    new nn.MaxUnpool2d(2, { stride: 1 }) as never,
    new nn.MaxUnpool3d([1, 2, 2], { padding: 1 }) as never,
    new nn.LPPool1d(2, 3),
    new nn.LPPool2d(1.5, [2, 3], { stride: 2, ceilMode: true }),
    new nn.FractionalMaxPool2d(2, { outputSize: 3 }),
    new nn.FractionalMaxPool3d(2, { outputRatio: 0.5 }),
  );

const normalising = (): nn.Module =>
  new nn.Sequential(
    new nn.LayerNorm(4),
    new nn.LayerNorm([3, 4], { eps: 0.001, elementwiseAffine: false }),
    new nn.GroupNorm(2, 4),
    new nn.GroupNorm(3, 6, { affine: false }),
    new nn.InstanceNorm1d(3),
    new nn.InstanceNorm2d(3, { affine: true, trackRunningStats: true }),
    new nn.InstanceNorm3d(2, { momentum: 0.3 }),
    new nn.LocalResponseNorm(2, { alpha: 0.001, k: 1.5 }),
    new nn.BatchNorm3d(2),
  );

const models: Readonly<Record<string, () => nn.Module>> = {
  cnn,
  spatial,
  normalising,
  shared: () => new Shared(),
};

/** PyTorch's text with this package's spelling. */
function translated(text: string): string {
  return text
    .replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
    .replace(/\b(True|False)\b/g, (word) => word.toLowerCase())
    .replaceAll('None', 'null')
    .replaceAll('1e-05', '1e-5');
}

describe('models are listed, saved and printed as by PyTorch', () => {
  test.each(golden.models)('$name', (entry) => {
    const model = models[entry.name]?.() as nn.Module;
    expect(String(model)).toBe(translated(entry.text));
    expect(Object.entries(model.stateDict()).map(([key, x]) => [key, x.shape, x.dtype])).toEqual(
      entry.stateDict,
    );
    expect(model.namedParameters().map(([name]) => name)).toEqual(entry.parameters);
    expect(model.namedBuffers().map(([name]) => name)).toEqual(entry.buffers);
    expect(model.namedModules().map(([name]) => name)).toEqual(entry.modules);
    expect(model.namedChildren().map(([name]) => name)).toEqual(entry.children);
  });
});
