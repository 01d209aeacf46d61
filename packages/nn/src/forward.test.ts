import '@flambeau/autograd';
import { cpu } from '@flambeau/backend-cpu';
import { add, fromTyped, ones, rand, runtime, setDefaultDevice, type Tensor, tidy } from '@flambeau/core';
import { type CountingDevice, countingDevice } from '@flambeau/core/testing';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  BatchNorm2d,
  Conv2d,
  Dropout,
  Flatten,
  Linear,
  MaxPool2d,
  Module,
  ReLU,
  Sequential,
  Tanh,
} from './index.ts';

beforeAll(() => setDefaultDevice(cpu()));

/** A user's layer. It keeps nothing unless told. */
class Twice extends Module {
  readonly keep: (x: Tensor) => void;

  constructor(keep: (x: Tensor) => void = () => undefined) {
    super();
    this.keep = keep;
  }

  forward(x: Tensor): Tensor {
    const y = add(x, x);
    this.keep(y);
    return y.mul(1);
  }
}

const read = (x: Tensor | undefined): number[] => [...(x?.dataSync() ?? [])];

describe.each([false, true])('on a device with explicit memory, deferring %s', (defer) => {
  let device: CountingDevice;
  let x: Tensor;

  beforeEach(() => {
    device = countingDevice(cpu().backend, { defer });
    x = rand([4, 6], { device });
  });

  /** Blocks that a call leaves behind, its result released. Running statistics are demanded: pending ones hold blocks. */
  const left = (model: Module, input = x): number => {
    const call = (): void => {
      const y = model.forward(input);
      for (const tensor of [y, ...model.buffers()]) tensor.dataSync();
      y.dispose();
    };
    call(); // everything is on the device from here on
    const before = device.counts.blocks;
    call();
    return device.counts.blocks - before;
  };

  test('library modules release what they make on the way', () => {
    const model = new Sequential(
      new Linear(6, 8),
      new Tanh(),
      new Sequential(new Linear(8, 8), new ReLU()),
      new Linear(8, 2),
    );
    model.to(device).requiresGrad_(false);
    expect(left(model)).toBe(0);
  });

  test('also through views and fused layers', () => {
    const model = new Sequential(
      new Conv2d(3, 4, 3, { padding: 'same' }),
      new BatchNorm2d(4),
      new ReLU(),
      new Dropout(),
      new MaxPool2d(2),
      new Flatten(),
      new Linear(16, 2),
    );
    model.to(device).requiresGrad_(false);
    expect(left(model, rand([2, 3, 4, 4], { device }))).toBe(0);
  });

  test('while training, what backward needs stays until it has passed', () => {
    const model = new Sequential(new Linear(6, 8), new Tanh(), new Linear(8, 2)).to(device);
    const step = (): void => {
      model.zeroGrad();
      const y = model.forward(x);
      y.sum().backward();
    };
    step();
    expect(read(model.parameters()[3]?.grad ?? undefined)).toEqual([4, 4]);
    const gradient = read(model.parameters()[0]?.grad ?? undefined);
    step();
    expect(read(model.parameters()[0]?.grad ?? undefined)).toEqual(gradient);
  });

  test('what a user module keeps in a closure stays readable', () => {
    const kept: Tensor[] = [];
    const model = new Sequential(
      new Linear(6, 8),
      new Twice((y) => kept.push(y)),
      new Tanh(),
      new Twice((y) => kept.push(y)),
    ).to(device);
    const y = model.forward(x);
    expect(kept.map((t) => read(t).length)).toEqual([32, 32]);
    expect(read(kept[1])).toEqual(read(y));
  });

  test('what a user module was given stays readable', () => {
    let given: Tensor | undefined;
    class Tap extends Module {
      forward(input: Tensor): Tensor {
        given = input;
        return input;
      }
    }
    const inner = new Sequential(new Linear(6, 3), new Tap(), new ReLU());
    const model = new Sequential(new Sequential(inner, new Tanh()), new Linear(3, 1)).to(device);
    model.forward(x);
    expect(read(given)).toEqual(read((inner[0] as Linear).forward(x)));
  });

  test('what a hook was given stays readable, on the way in and out', () => {
    const seen: Tensor[] = [];
    const model = new Sequential(
      new Linear(6, 3),
      new Sequential(new Tanh(), new ReLU()),
      new Linear(3, 1),
    ).to(device);
    const removers = [
      model[1]?.registerForwardHook((_module, _inputs, output) => void seen.push(output)),
      model[2]?.registerForwardPreHook((_module, [input]) => void seen.push(input)),
      (model[1] as Sequential)[0]?.registerForwardHook(
        (_module, [input], output) => void seen.push(input, output),
      ),
    ];
    model.forward(x);
    expect(seen.map((t) => read(t).length)).toEqual([12, 12, 12, 12]);
    for (const remove of removers) remove?.();
  });

  test('what a hook put in place of an output goes on', () => {
    const model = new Sequential(new Linear(6, 3), new ReLU()).to(device);
    const remove = model[0]?.registerForwardHook((_module, _inputs, output) => output.mul(0).add(2));
    expect(read(model.forward(x))).toEqual(Array(12).fill(2));
    remove?.();
  });

  test('a subclass of a library layer is a user module', () => {
    const kept: Tensor[] = [];
    class Curious extends Linear {
      override forward(input: Tensor): Tensor {
        const y = super.forward(input);
        kept.push(y);
        return y.neg();
      }
    }
    new Sequential(new Curious(6, 2), new ReLU()).to(device).forward(x);
    expect(read(kept[0])).toHaveLength(8);
  });

  test('a user module that keeps its input in a field can be read by its owner', () => {
    class Cache extends Module {
      last: Tensor | null = null;
      forward(input: Tensor): Tensor {
        this.last = input.mul(3);
        return input;
      }
    }
    const cache = new Cache();
    new Sequential(new Linear(6, 2), cache, new Tanh()).to(device).forward(x);
    expect(read(cache.last ?? undefined)).toHaveLength(8);
  });

  test('tidy around a model collects what its user modules make, too', () => {
    const model = new Sequential(new Linear(6, 8), new Twice(), new Sequential(new Twice(), new Tanh()))
      .to(device)
      .requiresGrad_(false);
    const once = (): void => tidy(() => model.forward(x)).dispose();
    once();
    const before = device.counts.blocks;
    once();
    expect(device.counts.blocks).toBe(before);
  });

  test('a throw on the way leaves no scope open', () => {
    class Broken extends Module {
      forward(): Tensor {
        throw new Error('broken');
      }
    }
    const model = new Sequential(new Linear(6, 8), new Sequential(new Broken())).to(device);
    expect(() => model.forward(x)).toThrow('broken');
    expect(runtime.scope).toBeNull();
  });

  test('an asynchronous user module inside of a container keeps what it works on', async () => {
    class Later extends Module<[Tensor], Promise<number[]>> {
      async forward(input: Tensor): Promise<number[]> {
        const doubled = input.mul(2);
        await Promise.resolve();
        return read(doubled.add(input));
      }
    }
    const model = new Sequential(new Linear(6, 1), new Tanh(), new Later() as unknown as Module).to(device);
    const values = await (model.forward(x) as unknown as Promise<number[]>);
    expect(values).toHaveLength(4);
    expect(runtime.scope).toBeNull();
  });
});

describe('where the collector owns memory', () => {
  test('modules open no scope', () => {
    const scopes: unknown[] = [];
    const model = new Sequential(new Linear(2, 2), new Twice(() => scopes.push(runtime.scope)), new ReLU());
    model.forward(ones([1, 2]));
    expect(scopes).toEqual([null]);
  });
});

describe('the wrapper', () => {
  test('keeps the name of forward and is put on each prototype once', () => {
    class Plain extends Module {
      forward(x: Tensor): Tensor {
        return x;
      }
    }
    new Plain();
    const { forward } = Plain.prototype;
    new Plain();
    expect(Plain.prototype.forward).toBe(forward);
    expect(forward.name).toBe('forward');
    expect(Object.keys(Plain.prototype)).toEqual([]);
  });
});

describe('where kernels apply maps to their outputs', () => {
  const fusing = (): CountingDevice =>
    countingDevice(cpu().backend, { defer: true, fuses: ['linear', 'matmul'] });
  const layers = (): Sequential =>
    new Sequential(
      new Linear(6, 8),
      new ReLU(),
      new Dropout(),
      new Linear(8, 8),
      new Tanh(),
      new Linear(8, 2),
    ).eval();

  test('a layer takes the activation after it, also while training', () => {
    const device = fusing();
    const x = rand([4, 6], { device });
    const model = layers().to(device);
    const y = model.forward(x);
    const values = read(y);
    expect(device.counts.fused).toBe(2);
    y.sum().backward();
    const gradient = read(model.parameters()[0]?.grad ?? undefined);
    // The gradients of both activations are maps of products that nobody else wants.
    expect(device.counts.fused).toBe(4);

    const plain = countingDevice(cpu().backend, { defer: true });
    model.to(plain).zeroGrad();
    const again = model.forward(fromTyped(new Float32Array(read(x)), [4, 6], { device: plain }));
    expect(read(again)).toEqual(values);
    again.sum().backward();
    expect(read(model.parameters()[0]?.grad ?? undefined)).toEqual(gradient);
  });

  test('a layer whose output a hook has seen keeps it', () => {
    const device = fusing();
    const x = rand([4, 6], { device });
    const model = layers().to(device);
    const seen: Tensor[] = [];
    const remove = model[0]?.registerForwardHook((_module, _inputs, output) => void seen.push(output));
    const values = read(model.forward(x));
    remove?.();
    expect(device.counts.fused).toBe(1);
    expect(read(seen[0])).toHaveLength(32);
    expect(read(model.forward(x))).toEqual(values);
  });
});
