import { cpu } from '@flambeau/backend-cpu';
import type { Tensor } from '@flambeau/core';
import { ArgumentError, ones, ShapeError, setDefaultDevice, tensor, zeros } from '@flambeau/core';
import { expect, expectTypeOf, test } from 'vitest';
import { defaultCollate } from './index.ts';

setDefaultDevice(cpu());

test('tensors are stacked, also views and scalars', async () => {
  const x = tensor(
    [
      [1, 2],
      [3, 4],
    ],
    { dtype: 'int32' },
  );
  const batch = defaultCollate([x, x.t()]);
  expect(batch.dtype).toBe('int32');
  expect(await batch.toArray()).toEqual([
    [
      [1, 2],
      [3, 4],
    ],
    [
      [1, 3],
      [2, 4],
    ],
  ]);
  expect(defaultCollate([tensor(1), tensor(2)]).shape).toEqual([2]);
});

test('numbers give float32, booleans bool, typed arrays their dtype, strings a list', async () => {
  const numbers = defaultCollate([1, 2]);
  expectTypeOf(numbers).toEqualTypeOf<Tensor>();
  expect([numbers.dtype, numbers.shape]).toEqual(['float32', [2]]);
  const flags = defaultCollate([true, false]);
  expect([flags.dtype, await flags.toArray()]).toEqual(['bool', [true, false]]);
  const rows = defaultCollate([Int32Array.of(1, 2), Int32Array.of(3, 4)]);
  expect([rows.dtype, await rows.toArray()]).toEqual([
    'int32',
    [
      [1, 2],
      [3, 4],
    ],
  ]);
  const words = defaultCollate(['a', 'b']);
  expectTypeOf(words).toEqualTypeOf<string[]>();
  expect(words).toEqual(['a', 'b']);
});

test('tuples and records are transposed, nested ones too', async () => {
  const samples: { image: Tensor; box: [number, number]; name: string }[] = [
    { image: zeros([2]), box: [1, 2], name: 'a' },
    { image: ones([2]), box: [3, 4], name: 'b' },
  ];
  const batch = defaultCollate(samples);
  expectTypeOf(batch).toEqualTypeOf<{ image: Tensor; box: [Tensor, Tensor]; name: string[] }>();
  expect(await batch.image.toArray()).toEqual([
    [0, 0],
    [1, 1],
  ]);
  expect(await Promise.all(batch.box.map((x) => x.toArray()))).toEqual([
    [1, 3],
    [2, 4],
  ]);
  expect(batch.name).toEqual(['a', 'b']);
});

test('a key named __proto__ is a key', () => {
  const sample = JSON.parse('{"__proto__":1}') as { [key: string]: number };
  const batch = defaultCollate([sample, sample]);
  expect(Object.keys(batch)).toEqual(['__proto__']);
  expect(Object.getPrototypeOf(batch)).toBe(Object.prototype);
});

test('the batch is a copy and outside of any graph', () => {
  const x = zeros([2], { requiresGrad: true });
  const batch = defaultCollate([x, x]);
  expect(batch.requiresGrad).toBe(false);
  batch.fill_(1);
  expect(x.dataSync()[0]).toBe(0);
});

test.each<[string, readonly unknown[], new (...args: never[]) => Error, RegExp]>([
  ['nothing', [], ArgumentError, /no samples/],
  [
    'different shapes',
    [[zeros([2])], [zeros([3])]],
    ShapeError,
    /sample\[0\] does not stack: got float32 \[2\] and float32 \[3\]/,
  ],
  [
    'different dtypes',
    [zeros([2]), zeros([2], { dtype: 'int32' })],
    ShapeError,
    /float32 \[2\] and int32 \[2\]/,
  ],
  [
    'typed arrays of different lengths',
    [Float32Array.of(1), Float32Array.of(1, 2)],
    ShapeError,
    /does not stack/,
  ],
  [
    'different kinds',
    [{ a: 1 }, { a: '1' }],
    ArgumentError,
    /sample.a differs in kind: got number and string/,
  ],
  [
    'something missing',
    [{ a: 1 }, { a: undefined }],
    ArgumentError,
    /sample.a differs in kind: got number and undefined/,
  ],
  ['different keys', [{ a: 1 }, { b: 1 }], ArgumentError, /differs in its keys: got \{a\} and \{b\}/],
  ['different lengths', [[1], [1, 2]], ArgumentError, /differs in length: got arrays of 1 and 2/],
  ['null', [null], ArgumentError, /sample has no batch: got null/],
  ['a date', [[new Date(0)]], ArgumentError, /sample\[0\] has no batch: got Date/],
  ['a function', [() => 1], ArgumentError, /has no batch: got Function/],
])('%s is refused', (_what, samples, type, message) => {
  expect(() => defaultCollate(samples)).toThrow(type);
  expect(() => defaultCollate(samples)).toThrow(message);
});
