import '@flambeau/autograd';
import { cpu } from '@flambeau/backend-cpu';
import { ones, setDefaultDevice, type Tensor, zeros } from '@flambeau/core';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  type AnyModule,
  BatchNorm1d,
  isParameter,
  Linear,
  Module,
  parameter,
  ReLU,
  Sequential,
} from './index.ts';

beforeAll(() => setDefaultDevice(cpu()));

class Net extends Module {
  readonly hidden = new Linear(2, 3);
  readonly scale = parameter(ones([3]));
  readonly norm = new BatchNorm1d(3);
  readonly plain = ones([3], { requiresGrad: true });
  readonly list = [new Linear(2, 2)];
  readonly #secret = parameter(ones([1]));

  forward(x: Tensor): Tensor {
    return this.norm.forward(this.hidden.forward(x)).mul(this.scale).mul(this.#secret);
  }
}

const names = (module: AnyModule): string[] => module.namedParameters().map(([name]) => name);

describe('what belongs to a module', () => {
  test('is found in its fields: own parameters first, then children; not plain tensors, arrays or private fields', () => {
    expect(names(new Net())).toEqual(['scale', 'hidden.weight', 'hidden.bias', 'norm.weight', 'norm.bias']);
  });

  test('a frozen parameter stays one', () => {
    const net = new Net();
    net.hidden.requiresGrad_(false);
    expect(names(net)).toContain('hidden.weight');
    expect(net.parameters().map((p) => p.requiresGrad)).toEqual([true, false, false, true, true]);
    net.requiresGrad_();
    expect(net.parameters().every((p) => p.requiresGrad)).toBe(true);
  });

  test('a field that changes is seen as it is now', () => {
    const net = new Net();
    const weight = parameter(zeros([3, 2]));
    net.hidden.weight = weight;
    net.hidden.bias = null;
    expect(names(net)).toEqual(['scale', 'hidden.weight', 'norm.weight', 'norm.bias']);
    expect(net.parameters()[1]).toBe(weight);
  });

  test('apply visits children before their parent', () => {
    const seen: string[] = [];
    const inner = new Sequential(new ReLU());
    new Sequential(inner, new Linear(1, 1)).apply((module) => seen.push(module.constructor.name));
    expect(seen).toEqual(['ReLU', 'Sequential', 'Linear', 'Sequential']);
  });

  test('train and eval reach every module below', () => {
    const net = new Net();
    expect(net.eval()).toBe(net);
    expect(net.modules().map((m) => m.training)).toEqual([false, false, false]);
    net.train();
    expect(net.modules().every((m) => m.training)).toBe(true);
    net.train(false);
    expect(net.norm.training).toBe(false);
  });

  test('zeroGrad forgets gradients', () => {
    const layer = new Linear(2, 1);
    layer
      .forward(ones([1, 2]))
      .sum()
      .backward();
    expect(layer.weight.grad?.dataSync()).toEqual(new Float32Array([1, 1]));
    layer.zeroGrad();
    expect(layer.parameters().map((p) => p.grad)).toEqual([null, null]);
  });

  test('a module that holds its own ancestor is refused', () => {
    class Child extends Module {
      parent: AnyModule | null = null;
      forward(x: Tensor): Tensor {
        return x;
      }
    }
    const child = new Child();
    const root = new Sequential(child);
    child.parent = root;
    expect(() => root.parameters()).toThrow(
      "modules(): a module is its own descendant: got Sequential again at '0.parent', expected a tree.",
    );
  });
});

describe('parameter', () => {
  test('marks a leaf itself, and detaches a result first', () => {
    const leaf = ones([2]);
    expect(parameter(leaf)).toBe(leaf);
    expect(leaf.requiresGrad).toBe(true);
    const result = leaf.mul(2);
    const detached = parameter(result);
    expect(detached.isLeaf).toBe(true);
    expect([isParameter(leaf), isParameter(detached), isParameter(result)]).toEqual([true, true, false]);
  });

  test('of integers must be frozen', () => {
    const steps = zeros([1], { dtype: 'int32' });
    expect(() => parameter(steps)).toThrow('only floats have gradients');
    expect(isParameter(parameter(steps, { requiresGrad: false }))).toBe(true);
  });
});

describe('buffers', () => {
  class Counter extends Module {
    static override readonly stateKeys: Readonly<Record<string, string>> = { callCount: 'call_count' };
    readonly callCount = this.registerBuffer('callCount', zeros([]));
    last: Tensor | null = this.registerBuffer('last', null);

    forward(x: Tensor): Tensor {
      this.callCount.add_(1);
      this.last = x.detach();
      return x;
    }
  }

  test('are listed under the names that the class declares, while they are there', () => {
    const counter = new Counter();
    expect(Object.keys(counter.stateDict())).toEqual(['call_count']);
    counter.forward(ones([2]));
    expect(Object.keys(counter.stateDict())).toEqual(['call_count', 'last']);
    expect(counter.parameters()).toEqual([]);
  });

  test('a subclass adds names to those of its base', () => {
    class Both extends Counter {
      static override readonly stateKeys = { inputScale: 'input_scale' };
      readonly inputScale = parameter(ones([1]));
    }
    expect(Object.keys(new Both().stateDict())).toEqual(['input_scale', 'call_count']);
  });

  test('have names that can be found again', () => {
    const counter = new Counter();
    expect(() => counter.registerBuffer('a.b', ones([1]))).toThrow(
      "registerBuffer(): not a buffer: got the name 'a.b'",
    );
    expect(() => counter.registerBuffer('train', ones([1]))).toThrow("got the name 'train'");
    expect(() => counter.registerBuffer('x', parameter(ones([1])))).toThrow(
      'got a parameter, expected a tensor that is no parameter',
    );
  });
});
