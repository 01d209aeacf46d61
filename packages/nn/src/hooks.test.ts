import '@flambeau/autograd';
import { cpu } from '@flambeau/backend-cpu';
import { ArgumentError, noGrad, ones, setDefaultDevice, type Tensor, zeros } from '@flambeau/core';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Linear, Module, ModuleList, ReLU, Sequential } from './index.ts';

beforeAll(() => setDefaultDevice(cpu()));

describe('hooks', () => {
  const calls: string[] = [];
  beforeEach(() => {
    calls.length = 0;
  });

  class Add extends Module<[Tensor, number], Tensor> {
    forward(x: Tensor, by: number): Tensor {
      calls.push(`forward ${by}`);
      return x.add(by);
    }
  }

  test('run in order around forward, see and may replace what goes through, until they are removed', () => {
    const add = new Add();
    const removers = [
      add.registerForwardPreHook((module, [, by]) => {
        calls.push(`before ${module === add} ${by}`);
      }),
      add.registerForwardPreHook((_module, [x, by]): [Tensor, number] => [x, by * 10]),
      add.registerForwardHook((_module, [, by], output) => {
        calls.push(`after ${by} ${output.itemSync()}`);
        return output.neg();
      }),
      add.registerForwardHook((_module, _inputs, output) => {
        calls.push(`last ${output.itemSync()}`);
      }),
    ];
    expect(add.forward(zeros([1]), 2).itemSync()).toBe(-20);
    expect(calls).toEqual(['before true 2', 'forward 20', 'after 20 20', 'last -20']);
    for (const remove of removers) remove();
    removers[0]?.();
    expect(add.forward(zeros([1]), 2).itemSync()).toBe(2);
  });

  test('of every module of a model can be set at once', () => {
    const model = new Sequential(new Linear(2, 3), new ReLU());
    const removers = model
      .modules()
      .map((m) => m.registerForwardHook((module) => void calls.push(module.constructor.name)));
    model.forward(ones([1, 2]));
    expect(calls).toEqual(['Linear', 'ReLU', 'Sequential']);
    for (const remove of removers) remove();
  });

  test('run once when forward calls super.forward, and at every level when it calls itself', () => {
    class More extends Add {
      override forward(x: Tensor, by: number): Tensor {
        return super.forward(x, by).add(100);
      }
    }
    class Loop extends Add {
      override forward(x: Tensor, by: number): Tensor {
        return by === 0 ? x : this.forward(super.forward(x, by), by - 1);
      }
    }
    const count = (module: Add, by: number): [number, number] => {
      let hooks = 0;
      const remove = module.registerForwardHook(() => {
        hooks++;
      });
      const value = module.forward(zeros([1]), by).itemSync();
      remove();
      return [hooks, value];
    };
    new Add(); // wraps the base's forward too
    expect(count(new More(), 1)).toEqual([1, 101]);
    expect(count(new Loop(), 3)).toEqual([4, 6]);
  });

  test('see the promise of an asynchronous forward', async () => {
    class Later extends Module<[Tensor], Promise<Tensor>> {
      readonly layer = new Linear(1, 1);
      async forward(x: Tensor): Promise<Tensor> {
        await Promise.resolve();
        return this.layer.forward(x);
      }
    }
    const later = new Later();
    let seen: unknown;
    later.registerForwardHook((_module, _inputs, output) => {
      seen = output;
    });
    const promise = later.forward(ones([1, 1]));
    expect(seen).toBe(promise);
    expect((await promise).shape).toEqual([1, 1]);
  });
});

describe('a forward that is a class field', () => {
  class Arrow extends Module {
    readonly layer = new Linear(1, 1);
    forward = (x: Tensor): Tensor => this.layer.forward(x);
  }
  const why = 'forward(): a class field in Arrow: got `forward = …`, expected a method.';

  test.each<[string, (module: Arrow) => unknown]>([
    ['parameters', (m) => m.parameters()],
    ['namedBuffers', (m) => m.namedBuffers()],
    ['children', (m) => m.children()],
    ['train', (m) => m.train()],
    ['eval', (m) => m.eval()],
    ['to', (m) => m.to('float64')],
    ['stateDict', (m) => m.stateDict()],
    ['loadStateDict', (m) => m.loadStateDict({})],
    ['zeroGrad', (m) => m.zeroGrad()],
    ['toString', (m) => m.toString()],
    ['registerForwardHook', (m) => m.registerForwardHook(() => undefined)],
    ['registerForwardPreHook', (m) => m.registerForwardPreHook(() => undefined)],
    ['a container', (m) => new Sequential(m)],
    ['a list', (m) => new ModuleList([m])],
    ['a parent', (m) => Object.assign(new ReLU(), { child: m }).parameters()],
  ])('is refused by %s with the reason', (_name, use) => {
    expect(() => use(new Arrow())).toThrow(why);
    expect(() => use(new Arrow())).toThrow(ArgumentError);
  });

  test('is refused where a container calls it, if it became one later', () => {
    const relu = new ReLU();
    const model = new Sequential(relu);
    Object.assign(relu, { forward: (x: Tensor) => x });
    expect(() => model.forward(ones([1]))).toThrow('a class field in ReLU');
  });
});

describe('backward hooks', () => {
  class Scale extends Module<[Tensor, Tensor, string], Tensor[]> {
    forward(x: Tensor, y: Tensor, _note: string): Tensor[] {
      return [x.mul(2).add(y), y.mul(3)];
    }
  }
  const values = (grads: readonly (Tensor | null)[]): (number | null)[] =>
    grads.map((g) => g?.itemSync() ?? null);

  test('see the gradients of outputs and inputs, and may replace them', () => {
    const scale = new Scale();
    const seen: unknown[] = [];
    const removers = [
      scale.registerFullBackwardPreHook((_module, gradOutput) => {
        seen.push(values(gradOutput));
        return gradOutput.map((g) => g?.mul(10) ?? null);
      }),
      scale.registerFullBackwardHook((module, gradInput, gradOutput) => {
        seen.push(module === scale, values(gradInput), values(gradOutput));
        return [gradInput[0]?.neg() ?? null, gradInput[1] ?? null];
      }),
    ];
    const [x, y] = [ones([1]).requiresGrad_(), ones([1]).requiresGrad_()];
    const run = (): void => {
      const [a, b] = scale.forward(x, y, 'note') as [Tensor, Tensor];
      a.mul(5).add(b).sum().backward();
    };
    run();
    // By hand: d/da = 5, d/db = 1, ten times that; dx = −2·50, dy = 50 + 3·10.
    expect(seen).toEqual([[5, 1], true, [100, 80], [50, 10]]);
    expect([x.grad?.itemSync(), y.grad?.itemSync()]).toEqual([-100, 80]);
    for (const remove of removers) remove();
    run();
    expect(x.grad?.itemSync()).toBe(-90);
  });

  test('an output that nothing depends on has no gradient', () => {
    const scale = new Scale();
    const seen: unknown[] = [];
    scale.registerFullBackwardHook((_module, gradInput, gradOutput) => {
      seen.push(values(gradInput), values(gradOutput));
    });
    const [x, y] = [ones([1]).requiresGrad_(), ones([1])];
    (scale.forward(x, y, '')[0] as Tensor).sum().backward();
    expect(seen[1]).toEqual([1, null]);
    expect((seen[0] as unknown[])[0]).toBe(2);
  });

  test('of a first layer, whose inputs require nothing, are called with null for them', () => {
    const first = new Linear(2, 1);
    const seen: unknown[] = [];
    first.registerFullBackwardHook((_module, gradInput, gradOutput) => {
      seen.push(gradInput, gradOutput[0]?.shape);
    });
    first
      .forward(ones([3, 2]))
      .sum()
      .backward();
    expect(seen).toEqual([[null], [3, 1]]);
    expect(first.weight.grad?.shape).toEqual([1, 2]);
  });

  test('are not called without recording', () => {
    const layer = new Linear(2, 1);
    let calls = 0;
    layer.registerFullBackwardHook(() => void calls++);
    expect(noGrad(() => layer.forward(ones([1, 2]))).requiresGrad).toBe(false);
    expect(calls).toBe(0);
  });
});
