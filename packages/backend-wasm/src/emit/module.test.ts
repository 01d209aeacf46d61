import { describe, expect, test } from 'vitest';
import { f32, i32 } from './expression.ts';
import { call } from './function.ts';
import { ModuleBuilder } from './module.ts';

const memory = new WebAssembly.Memory({ initial: 1, maximum: 4 });

function instantiate(
  builder: ModuleBuilder,
  imports: WebAssembly.Imports = {},
): Record<string, (...args: number[]) => void> {
  const module = new WebAssembly.Module(builder.encode());
  return new WebAssembly.Instance(module, { env: { memory }, ...imports }).exports as Record<
    string,
    (...args: number[]) => void
  >;
}

const words = (): Int32Array => new Int32Array(memory.buffer, 0, 8);

describe('statements', () => {
  test('a loop counts up to its end, and not at all when it is there', () => {
    const builder = new ModuleBuilder({ shared: false, maximumPages: 4 });
    builder.addFunction('triangle', ['i32'], (body, n) => {
      const total = body.local('i32');
      const i = body.local('i32');
      body.countTo(i, n, () => body.set(total, i32.add(total, i)));
      body.store(i32.const(0), total);
    });
    const { triangle } = instantiate(builder);
    triangle?.(5);
    expect(words()[0]).toBe(10);
    triangle?.(0);
    expect(words()[0]).toBe(0);
  });

  test('an if takes one of its branches', () => {
    const builder = new ModuleBuilder({ shared: false, maximumPages: 4 });
    builder.addFunction('sign', ['i32'], (body, x) => {
      const result = body.local('i32');
      body.if(
        i32.gtS(x, i32.const(0)),
        () => body.set(result, i32.const(1)),
        () => body.if(i32.ltS(x, i32.const(0)), () => body.set(result, i32.const(-1))),
      );
      body.store(i32.const(4), result);
    });
    const { sign } = instantiate(builder);
    for (const [x, y] of [
      [9, 1],
      [-9, -1],
      [0, 0],
    ] as const) {
      sign?.(x);
      expect(words()[1]).toBe(y);
    }
  });

  test('variables of several types stay what they are, in whatever order they were made', () => {
    const builder = new ModuleBuilder({ shared: false, maximumPages: 4 });
    builder.addFunction('run', ['i32'], (body, n) => {
      const variables = ([1, 2, 3, 4] as const).map((i) => [
        body.let(i32.add(n, i32.const(i))),
        body.let(f32.const(i / 2)),
        body.let(f32.const(-i)),
      ]);
      variables.flat().forEach((variable, i) => {
        body.store(i32.const(4 * i), variable);
      });
    });
    instantiate(builder)['run']?.(10);
    const floats = new Float32Array(memory.buffer, 0, 12);
    const integers = new Int32Array(memory.buffer, 0, 12);
    expect([0, 3, 6, 9].map((i) => integers[i])).toEqual([11, 12, 13, 14]);
    expect([1, 4, 7, 10].map((i) => floats[i])).toEqual([0.5, 1, 1.5, 2]);
    expect([2, 5, 8, 11].map((i) => floats[i])).toEqual([-1, -2, -3, -4]);
  });

  test('a variable is computed once, however often it is read', () => {
    const builder = new ModuleBuilder({ shared: false, maximumPages: 4 });
    let calls = 0;
    const next = builder.importFunction('js', 'next', ['i32'], 'i32');
    builder.addFunction('run', [], (body) => {
      const x = body.let(call(next, i32.const(20)));
      body.store(i32.const(8), i32.add(x, x));
    });
    instantiate(builder, {
      js: {
        next: (x: number) => {
          calls++;
          return x + 1;
        },
      },
    })['run']?.();
    expect([calls, words()[2]]).toEqual([1, 42]);
  });

  test('bytes are stored alone', () => {
    const builder = new ModuleBuilder({ shared: false, maximumPages: 4 });
    builder.addFunction('run', [], (body) => body.store8(i32.const(13), i32.const(0x1ff)));
    words()[3] = 0;
    instantiate(builder)['run']?.();
    expect(words()[3]).toBe(0xff00);
  });
});

describe('modules', () => {
  test('a shared memory is imported as one', () => {
    const shared = new WebAssembly.Memory({ initial: 1, maximum: 4, shared: true });
    const builder = new ModuleBuilder({ shared: true, maximumPages: 4 });
    builder.addFunction('run', [], (body) => body.store(i32.const(0), f32.const(1.5)));
    const instance = new WebAssembly.Instance(new WebAssembly.Module(builder.encode()), {
      env: { memory: shared },
    });
    (instance.exports['run'] as () => void)();
    expect(new Float32Array(shared.buffer)[0]).toBe(1.5);
    expect(
      () => new WebAssembly.Instance(new WebAssembly.Module(builder.encode()), { env: { memory } }),
    ).toThrow(/shared/);
  });

  test('a function is encoded the same whenever it is written the same', () => {
    const encode = (): number[] => {
      const builder = new ModuleBuilder();
      builder.addFunction('run', ['f32'], (body, x) => body.set(x, f32.neg(x)));
      return [...builder.encode()];
    };
    expect(encode()).toEqual(encode());
    expect(encode().slice(0, 8)).toEqual([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  });

  test('imports after functions are refused', () => {
    const builder = new ModuleBuilder();
    builder.addFunction('run', [], () => {});
    expect(() => builder.importFunction('js', 'late', [], 'i32')).toThrow(/imports come before functions/);
  });
});
