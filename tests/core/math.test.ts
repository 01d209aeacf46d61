// Elementwise mathematics: what samples cannot say.
import { grad } from '@flambeau/autograd';
import { cpu } from '@flambeau/backend-cpu';
import { cpuPrimitives } from '@flambeau/backend-cpu/primitives';
import { wasm } from '@flambeau/backend-wasm';
import type { Device, ScalarNode, Tensor } from '@flambeau/core';
import {
  ArgumentError,
  AsyncReadError,
  acos,
  acosh,
  allclose,
  allcloseSync,
  asin,
  asinh,
  atan,
  atanh,
  cosh,
  createDevice,
  defineScalarFunction,
  defineUnary,
  digamma,
  div,
  equal,
  equalSync,
  erf,
  erfc,
  erfinv,
  exp2,
  floorDivide,
  fmod,
  gcd,
  lgamma,
  log2,
  log10,
  logit,
  pow,
  remainder,
  s,
  sinc,
  sinh,
  steppedMaps,
  sum,
  tan,
  tensor,
} from '@flambeau/core';
import { countingDevice } from '@flambeau/core/testing';
import { describe, expect, test } from 'vitest';

const device = cpu();
const { backend } = device;
/** A device that runs the definitions, one tier-1 operation at a time. */
const steps = createDevice(
  {
    ...backend,
    name: 'steps',
    scalarFunctions: new Set(),
    capabilities: { ...backend.capabilities, fuse: false },
  },
  { steps: steppedMaps },
);
const devices: readonly Device[] = [device, steps, cpuPrimitives(), await wasm()];

const functions = {
  acos,
  acosh,
  asin,
  asinh,
  atan,
  atanh,
  cosh,
  digamma,
  erf,
  erfc,
  erfinv,
  exp2,
  lgamma,
  log10,
  log2,
  logit,
  sinc,
  sinh,
  tan,
} as const;

/** Function, argument (exact in float32) and value: by mpmath with 40 digits. */
const references = [
  ['exp2', 0.5, Math.SQRT2],
  ['log2', 0.9990234375, -0.0014095702546713535],
  ['log10', 1.0009765625, 0.00042390875196115194],
  ['tan', 1.5, 14.101419947171719],
  ['asin', 0.9990234375, 1.5265985556491813],
  ['acos', 0.9990234375, 0.044197771145715318],
  ['atan', 0.6875, 0.60228734613496418],
  ['sinh', 0.0009765625, 0.0009765626552204365],
  ['cosh', 1.5, 2.3524096152432473],
  ['asinh', 0.0009765625, 0.00097656234477963751],
  ['acosh', 1.0009765625, 0.044190578083110094],
  ['atanh', 0.0009765625, 0.00097656281044103584],
  ['erf', 0.9921875, 0.83943236375533827],
  ['erf', 1.0078125, 0.84591855035762765],
  ['erf', 2.5, 0.99959304798255504],
  ['erfc', 0.8125, 0.25053597441363793],
  ['erfc', 2.59375, 0.00024434392006202819],
  ['erfc', 2.609375, 0.00022406590490262172],
  ['erfc', 7.5, 2.7766493860305691e-26],
  ['erfinv', 0.4921875, 0.46827982711263322],
  ['erfinv', 0.9999990463256836, 3.4655050258033307],
  ['lgamma', 0.9990234375, 0.00056447191185512338],
  ['lgamma', 2.0009765625, 0.00041318279306425426],
  ['lgamma', 2.625, 0.37633368202490544],
  ['lgamma', -3.75, -1.3172679424463637],
  ['lgamma', 171.5, 709.14316303092824],
  ['digamma', 1.4619140625, 0.00027276858695440815],
  ['digamma', 0.25, -4.2274535333762654],
  ['digamma', 2.125, 0.50039622559303402],
  ['digamma', -3.75, -1.6923885983113303],
  ['sinc', 2.9990234375, 0.00032562632083014215],
  ['sinc', 0.0009765625, 0.99999843126936654],
  ['logit', 0.5009765625, 0.0039062549670651],
  ['logit', 0.0009765625, -6.9304947659516265],
] as const;

describe.each(devices)('on $name', (place) => {
  test.each(references)('%s(%d) is right to a few units in the last place', (fn, x, value) => {
    for (const [dtype, allowed] of [
      ['float32', 6e-7],
      ['float64', 1e-15],
    ] as const) {
      const found = functions[fn](tensor([x], { dtype, device: place })).itemSync();
      expect(Math.abs(found / value - 1)).toBeLessThan(allowed);
    }
  });

  test('an integer divided by a zero in a tensor gives 0', () => {
    const x = tensor([7, -7, 0], { dtype: 'int32', device: place });
    const zero = tensor([0], { dtype: 'int32', device: place });
    const results = [
      fmod(x, zero),
      remainder(x, zero),
      floorDivide(x, zero),
      div(x, zero, { roundingMode: 'trunc' }),
    ];
    for (const y of results) expect([...y.dataSync()]).toEqual([0, 0, 0]);
  });

  test('the greatest common divisor of Fibonacci numbers, which take the most divisions, is 1', () => {
    const a = tensor([1836311903, 1134903170], { dtype: 'int32', device: place });
    expect([
      ...gcd(a, tensor([1134903170, 1836311903], { dtype: 'int32', device: place })).dataSync(),
    ]).toEqual([1, 1]);
  });
});

test('logarithms of powers of the base are whole on devices in JavaScript', () => {
  for (const place of [device, cpuPrimitives()]) {
    const exponents = Array.from({ length: 20 }, (_, n) => n);
    const powers = (base: number): Tensor =>
      tensor(
        exponents.map((n) => base ** n),
        { dtype: 'float64', device: place },
      );
    expect([...log10(powers(10)).dataSync()]).toEqual(exponents);
    expect([...log2(powers(2)).dataSync()]).toEqual(exponents);
  }
});

test('devices in JavaScript evaluate a function that can be evaluated, others expand it', () => {
  const node = defineScalarFunction({
    name: 'answer',
    define: (x) => s.mul(x as ScalarNode, 2),
    evaluate: (x) => x + 40,
    vjp: (g) => [g],
  });
  const answer = defineUnary('answer', (x) => node(x));
  const found = devices.map((place) => answer(tensor([2], { device: place })).itemSync());
  expect(found).toEqual([42, 4, 42, 4]);
});

test('sinc has its second derivative, −π²/3, at 0', () => {
  const x = tensor([0], { dtype: 'float64', device, requiresGrad: true });
  const [slope] = grad([sum(sinc(x))], [x], { createGraph: true }) as [Tensor];
  const [curvature] = grad([sum(slope)], [x]) as [Tensor];
  expect(slope.itemSync()).toBeCloseTo(0, 15);
  expect(curvature.itemSync()).toBeCloseTo(-(Math.PI ** 2) / 3, 14);
});

describe('numbers that integers cannot take', () => {
  const x = tensor([1, 2], { dtype: 'int32', device });

  test('are refused in place too, and leave the tensor as it was', () => {
    expect(() => x.apply_(pow, -1)).toThrow(ArgumentError);
    expect(() => x.apply_(fmod, 0)).toThrow('fmod(): integers divided by zero: got int32 and 0');
    expect([...x.dataSync()]).toEqual([1, 2]);
  });

  test('are taken by floats of the same program as before', () => {
    const y = tensor([2, 4], { device });
    expect([...pow(y, 1).dataSync(), ...pow(y, -1).dataSync()]).toEqual([2, 4, 0.5, 0.25]);
    expect([...pow(x, 2).dataSync()]).toEqual([1, 4]);
    expect(() => pow(x, -2)).toThrow('pow(): integers to a negative power: got int32 and -2');
  });
});

describe('verdicts', () => {
  const pairs: readonly [readonly number[], readonly number[], boolean, boolean][] = [
    [[1, 2], [1, 2], true, true],
    [[1, 2], [1, 2 + 1e-7], false, true],
    [[1, 2], [1, 3], false, false],
    [[], [], true, true],
  ];

  test.each(pairs)('of %j and %j: equal %s, close %s', async (a, b, isEqual, isClose) => {
    for (const place of devices) {
      const [x, y] = [a, b].map((values) => tensor([...values], { dtype: 'float64', device: place })) as [
        Tensor,
        Tensor,
      ];
      expect([equalSync(x, y), await equal(x, y)]).toEqual([isEqual, isEqual]);
      expect([allcloseSync(x, y), await allclose(x, y)]).toEqual([isClose, isClose]);
    }
  });

  test('at once leave nothing in memory', () => {
    const counted = countingDevice(backend, {});
    const x = tensor([1, 2], { device: counted });
    equalSync(x, x); // uploads x
    const before = counted.counts.blocks;
    expect(equalSync(x, x) && allcloseSync(x, x)).toBe(true);
    expect(counted.counts.blocks).toBe(before);
  });

  test('need a device that can be read at once, or awaiting', async () => {
    const later = countingDevice(backend, { syncRead: false });
    const x = tensor([1, 2], { device: later });
    expect(() => equalSync(x, x)).toThrow(AsyncReadError);
    expect(() => allcloseSync(x, x)).toThrow('await allclose(a, b)');
    expect(await equal(x, x)).toBe(true);
  });
});
