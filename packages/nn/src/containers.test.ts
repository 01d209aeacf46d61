import '@flambeau/autograd';
import { cpu } from '@flambeau/backend-cpu';
import { ones, setDefaultDevice, type Tensor } from '@flambeau/core';
import { beforeAll, describe, expect, test } from 'vitest';
import { isModule, Linear, Module, ModuleList, ReLU, Sequential } from './index.ts';

beforeAll(() => setDefaultDevice(cpu()));

describe('containers', () => {
  test('a Sequential can be counted, indexed, walked and extended', () => {
    const [a, b] = [new Linear(1, 2), new ReLU()];
    const model = new Sequential(a, b);
    expect([model.length, model[0], model.at(-1), [...model]]).toEqual([2, a, b, [a, b]]);
    const c = new Linear(2, 1);
    expect(model.append(c).length).toBe(3);
    expect(Object.keys(model.stateDict())).toEqual(['0.weight', '0.bias', '2.weight', '2.bias']);
    expect(() => model.at(3)).toThrow(
      'Sequential(): position out of range: got 3, expected an integer from -3 to 2.',
    );
  });

  test('a Sequential takes names', () => {
    const model = new Sequential({ first: new Linear(1, 2), act: new ReLU() });
    expect(Object.keys(model.stateDict())).toEqual(['first.weight', 'first.bias']);
    expect(model.forward(ones([1, 1])).shape).toEqual([1, 2]);
    expect(() => new Sequential({ forward: new ReLU() })).toThrow(
      "Sequential(): invalid name of a child: got 'forward'",
    );
    expect(() => new Sequential({ 'a.b': new ReLU() })).toThrow("got 'a.b', expected one without dots");
  });

  test('a module that stands twice runs twice, and an empty Sequential returns its input', () => {
    const double = new (class Double extends Module {
      forward(x: Tensor): Tensor {
        return x.mul(2);
      }
    })();
    expect(new Sequential(double, double).forward(ones([1])).itemSync()).toBe(4);
    const x = ones([1]);
    expect(new Sequential().forward(x)).toBe(x);
  });

  test('only modules are children', () => {
    expect(() => new Sequential(((x: Tensor) => x) as never)).toThrow(
      "Sequential(): not a module: got function for '0'",
    );
    expect(() => new Sequential(new ReLU(), ((x: Tensor) => x) as never)).toThrow(
      "Sequential(): not a module: got function for '1', expected a Module.",
    );
    expect(isModule({})).toBe(false);
  });

  test('a ModuleList computes nothing itself', () => {
    const list = new ModuleList([new Linear(1, 1)]);
    expect([list.length, list[0], list.at(0)]).toEqual([1, list[0], list[0]]);
    expect(() => list.forward()).toThrow('ModuleList(): a list computes nothing');
  });
});
