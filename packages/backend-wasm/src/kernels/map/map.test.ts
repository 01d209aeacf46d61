import type { Device, DType, Tensor } from '@flambeau/core';
import {
  castTo,
  erf,
  exp,
  expm1,
  fmod,
  fromTyped,
  isnan,
  log,
  log1p,
  logicalNot,
  maximum,
  minimum,
  pow,
  relu,
  sigmoid,
  sin,
  sqrt,
  tanh,
  tensor,
  where,
} from '@flambeau/core';
import { beforeAll, describe, expect, test } from 'vitest';
import { wasm } from '../../index.ts';

let device: Device;
let threaded: Device;
beforeAll(async () => {
  [device, threaded] = [await wasm({ threads: 1 }), await wasm({ threads: 2 })];
});

const SIZES = [0, 1, 3, 4, 5, 16, 17, 67, 1000];
const { fround } = Math;

/** The type in JavaScript that cuts numbers to a dtype. */
const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  uint8: Uint8Array,
  int8: Int8Array,
} as const;
type Numbers = keyof typeof arrays;
const DTYPES = Object.keys(arrays) as readonly Numbers[];

const numbers = (dtype: Numbers, n: number, seed = 1): Tensor =>
  fromTyped(
    arrays[dtype].from(Array.from({ length: n }, (_, i) => Math.sin(seed * (i + 1) * 12.9898) * 100)),
    [n],
    { device },
  );

const floats = (shape: readonly number[], seed = 1): Tensor =>
  numbers(
    'float32',
    shape.reduce((p, n) => p * n, 1),
    seed,
  ).reshape([...shape]);

const valuesOf = (x: Tensor): number[] => [...x.dataSync()].map(Number);

/** One number for each place of a shape, from an index for each dimension. */
function eachPlace(shape: readonly number[], value: (...index: number[]) => number): number[] {
  const [size, ...rest] = shape;
  if (size === undefined) return [value()];
  return Array.from({ length: size }, (_, i) => eachPlace(rest, (...index) => value(i, ...index))).flat();
}

describe('chains of maps', () => {
  test.each(DTYPES)('of %s, of every size', (dtype) => {
    const cut = (x: number): number => arrays[dtype].of(x)[0] as number;
    for (const n of SIZES) {
      const [a, b] = [numbers(dtype, n), numbers(dtype, n, 2)];
      const [x, y] = [valuesOf(a), valuesOf(b)];
      const expected = x.map((v, i) => cut(cut(v * (y[i] as number)) - cut(v + 3)));
      expect(valuesOf(a.mul(b).sub(a.add(3)))).toEqual(expected);
    }
  });

  test('of several dtypes', () => {
    for (const n of SIZES) {
      const [a, b, c] = [numbers('float32', n), numbers('int32', n, 2), numbers('uint8', n, 3)];
      const [x, y, z] = [valuesOf(a), valuesOf(b), valuesOf(c)];
      const narrow = x.map((v, i) => fround(fround(v + (y[i] as number)) * (z[i] as number)));
      expect(valuesOf(a.add(b).mul(c))).toEqual(narrow);
      const wide = x.map((v, i) => v * 0.1 + (y[i] as number));
      expect(valuesOf(castTo(a, 'float64').mul(0.1).add(b))).toEqual(wide);
    }
  });

  test('with bools, which are bytes in memory', () => {
    for (const n of SIZES) {
      const [a, b] = [floats([n]), floats([n], 2)];
      const [x, y] = [valuesOf(a), valuesOf(b)];
      const mask = a.gt(b);
      const greater = x.map((v, i) => v > (y[i] as number));
      expect(valuesOf(mask)).toEqual(greater.map(Number));
      expect(valuesOf(where(mask, a, 7))).toEqual(x.map((v, i) => (greater[i] ? v : 7)));
      expect(valuesOf(a.mul(mask))).toEqual(x.map((v, i) => (greater[i] ? v : 0 * v)));
      expect(valuesOf(castTo(logicalNot(mask), 'int32').add(1))).toEqual(greater.map((t) => (t ? 1 : 2)));
      const wide = castTo(a, 'float64');
      expect(valuesOf(where(wide.gt(castTo(b, 'float64')), wide, 0.1))).toEqual(
        x.map((v, i) => (greater[i] ? v : 0.1)),
      );
      expect(valuesOf(castTo(mask, 'float64').mul(0.1))).toEqual(greater.map((t) => (t ? 0.1 : 0)));
    }
  });

  test('of NaN, infinities and both zeros', () => {
    const special = [Number.NaN, Infinity, -Infinity, 0, -0, 1, -1, 3e38, 1e-45];
    const [x, y] = [special.flatMap((v) => special.map(() => v)), special.flatMap(() => special)];
    const [a, b] = [tensor(x, { device }), tensor(y, { device })];
    expect(valuesOf(maximum(a, b))).toEqual(x.map((v, i) => Math.max(fround(v), fround(y[i] as number))));
    expect(valuesOf(minimum(a, b))).toEqual(x.map((v, i) => Math.min(fround(v), fround(y[i] as number))));
    expect(valuesOf(isnan(a))).toEqual(x.map((v) => Number(Number.isNaN(v))));
    expect(valuesOf(relu(a))).toEqual(x.map((v) => Math.max(fround(v), 0)));
    expect(valuesOf(castTo(a, 'bool'))).toEqual(x.map((v) => Number(fround(v) !== 0)));
  });
});

test('the module of a long chain is small enough for the main thread of an old browser', async () => {
  const own = await wasm({ threads: 1 });
  const [a, b] = [floats([100]).to(own), floats([100], 2).to(own)];
  let y = a;
  for (let i = 0; i < 20; i++) y = y.mul(i).add(b).sub(a.mul(0.5));
  y.dataSync();
  expect((own.report()['compiled'] as { largest: number }).largest).toBeLessThanOrEqual(4096);
});

describe('layouts', () => {
  const at = (x: Tensor, shape: readonly number[]): ((...index: number[]) => number) => {
    const values = valuesOf(x);
    const full = [...new Array<number>(shape.length - x.shape.length).fill(1), ...x.shape];
    return (...index) =>
      values[
        index.reduce((place, i, axis) => place * (full[axis] as number) + (full[axis] === 1 ? 0 : i), 0)
      ] as number;
  };

  test.each([
    [[5, 17], [17]],
    [
      [17, 5],
      [17, 1],
    ],
    [
      [3, 4, 5],
      [4, 1],
    ],
    [
      [3, 4, 5],
      [3, 1, 5],
    ],
    [
      [2, 3, 4, 67],
      [3, 1, 1],
    ],
    [
      [2, 3, 4, 16],
      [1, 3, 1, 16],
    ],
    [
      [2, 3, 4, 5],
      [2, 1, 4, 1],
    ],
    [
      [7, 1],
      [7, 5],
    ],
    [[67], [1]],
    [[300, 300], [300]],
  ] as const)('%j and %j are broadcast', (first, second) => {
    const [a, b] = [floats(first), floats(second, 2)];
    const shape =
      first.length === second.length ? first.map((n, i) => Math.max(n, second[i] as number)) : first;
    const [x, y] = [at(a, shape), at(b, shape)];
    const expected = eachPlace(shape, (...i) => fround(fround(x(...i) + y(...i)) * fround(y(...i) * 2)));
    for (const where of [device, threaded]) {
      const [p, q] = [a.to(where), b.to(where)];
      expect(valuesOf(p.add(q).mul(q.mul(2)))).toEqual(expected);
    }
  });

  test('of views are walked where they are, in every dtype', () => {
    for (const dtype of DTYPES) {
      const x = numbers(dtype, 7 * 6 * 10).reshape([7, 6, 10]);
      const flat = numbers(dtype, 7 * 6 * 10);
      for (const view of [
        x.permute(2, 0, 1),
        x.permute(1, 0, 2),
        x.flip(2),
        x.at(':', ':', [1, null, 3]),
        x.at(':', 2),
        x.narrow(2, 3, 5),
        flat.at([null, null, 7]),
        flat.narrow(0, 9, 20),
      ]) {
        const expected = valuesOf(view.contiguous().add(view.contiguous()));
        expect(valuesOf(view.add(view.contiguous()))).toEqual(expected);
      }
    }
  });

  test('change no bit of a result', () => {
    const functions: Readonly<Record<string, (x: Tensor, y: Tensor) => Tensor>> = {
      exp: (x) => exp(x),
      log: (x) => log(x.abs()),
      tanh: (x, y) => tanh(x.mul(y)),
      sigmoid: (x) => sigmoid(x),
      erf: (x) => erf(x),
      sin: (x) => sin(x.mul(1e5)),
      pow: (x, y) => pow(x.abs(), y),
      fmod: (x, y) => fmod(x, y),
      log1p: (x, y) => log1p(x.mul(x)).add(expm1(y)),
    };
    const n = 1003;
    const [a, b] = [floats([n]).mul(0.1), floats([n], 2).mul(0.1)];
    const apart = (x: Tensor): Tensor =>
      x
        .unsqueeze(1)
        .mul(tensor([1, 1, 1], { device }))
        .at(':', 1);
    for (const [name, of] of Object.entries(functions)) {
      const together = of(a, b).dataSync();
      expect(of(apart(a), apart(b)).dataSync(), name).toEqual(together);
      expect(of(a.narrow(0, 5, 1), b.narrow(0, 5, 1)).dataSync(), name).toEqual(together.slice(5, 6));
      expect(of(a.narrow(0, 5, 3), b.narrow(0, 5, 3)).dataSync(), name).toEqual(together.slice(5, 8));
      const wide = of(castTo(a, 'float64'), castTo(b, 'float64'));
      const other = of(castTo(apart(a), 'float64'), apart(castTo(b, 'float64')));
      expect(other.dataSync(), name).toEqual(wide.dataSync());
    }
  });

  test('and threads neither', () => {
    const x = floats([100_003]);
    const of = (y: Tensor): Tensor => tanh(exp(y.mul(0.01)).add(sqrt(y.abs())));
    expect(of(x.to(threaded)).dataSync()).toEqual(of(x).dataSync());
  });
});

test('powers by a number are right to the last bit where they are products or quotients', () => {
  const special = [0, -0, 1, -1, Infinity, -Infinity, Number.NaN, 1e-30, 3e38, -1e-45];
  const values = Float32Array.from([...special, ...valuesOf(floats([1003]))]);
  const x = fromTyped(values, [values.length], { device });
  for (const exponent of [2, 3, -1, 0, 1, 2.5, -2]) {
    const found = valuesOf(pow(x, exponent));
    values.forEach((v, i) => {
      const exact = v ** exponent;
      if ([2, 3, -1].includes(exponent)) expect(found[i]).toBe(fround(exact));
      else
        expect(Math.abs(fround(exact) - (found[i] as number))).not.toBeGreaterThan(Math.abs(exact) * 1.3e-7);
    });
  }
});

test('integers have the arithmetic of 32 bits, one lane at a time where there is no instruction', () => {
  const special = [0, 1, -1, 7, -7, 31, 2 ** 31 - 1, -(2 ** 31)];
  const [x, y] = [special.flatMap((v) => special.map(() => v)), special.flatMap(() => special)];
  const integers = (values: readonly number[]): Tensor =>
    fromTyped(Int32Array.from(values), [values.length], { device });
  const [a, b] = [integers(x), integers(y)];
  const rest = (v: number, w: number): number => (w === 0 ? 0 : (v % w) | 0);
  expect(valuesOf(fmod(a, b))).toEqual(x.map((v, i) => rest(v, y[i] as number)));
  expect(valuesOf(a.mul(b).add(a))).toEqual(x.map((v, i) => (Math.imul(v, y[i] as number) + v) | 0));
  const dtypes: readonly DType[] = ['uint8', 'int8', 'float32', 'float64'];
  for (const dtype of dtypes) {
    const Typed = arrays[dtype as Numbers];
    expect(valuesOf(castTo(a, dtype))).toEqual([...Typed.from(x)]);
  }
});
