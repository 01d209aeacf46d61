import { cpu } from '@flambeau/backend-cpu';
import {
  ArgumentError,
  arange,
  eye,
  fromTyped,
  getRngState,
  linspace,
  Mt19937,
  manualSeed,
  ones,
  onesLike,
  rand,
  randint,
  randn,
  randperm,
  ShapeError,
  setDefaultDevice,
  setRngState,
  tensor,
  uniformMask,
  zeros,
} from '@flambeau/core';
import { countingDevice } from '@flambeau/core/testing';
import { describe, expect, test } from 'vitest';

setDefaultDevice(cpu());

describe('tensor', () => {
  test('numbers give float32, booleans bool, typed arrays keep their dtype', () => {
    expect(tensor([1, 2]).dtype).toBe('float32');
    expect(tensor(3).shape).toEqual([]);
    expect(tensor([true, false]).dtype).toBe('bool');
    expect(tensor(new Float64Array([1])).dtype).toBe('float64');
    expect(tensor(new Uint8ClampedArray([300])).dtype).toBe('uint8');
    expect(tensor([1, 2], { dtype: 'int32' }).dtype).toBe('int32');
    expect(tensor([[], []]).shape).toEqual([2, 0]);
  });

  test('values are copied in and out', () => {
    const source = new Float32Array([1, 2]);
    const x = tensor(source);
    source[0] = 9;
    const data = x.dataSync();
    data[1] = 9;
    expect([...x.dataSync()]).toEqual([1, 2]);
  });

  test('bool stores zeros and ones: all but 0 is true, as in PyTorch', () => {
    const values = [2, 0, -1, 0.5, 256, Number.NaN, -0];
    expect([...tensor(values, { dtype: 'bool' }).dataSync()]).toEqual([1, 0, 1, 1, 1, 1, 0]);
  });

  test.each<[string, () => unknown, string]>([
    [
      'rows of different length',
      () => tensor([[1, 2], [3]]),
      'tensor(): ragged nesting: got 1 elements at depth 1, expected 2 elements as in the first row.',
    ],
    [
      'a number among rows',
      () => tensor([[1], 2]),
      'tensor(): ragged nesting: got 2 at depth 1, expected 1 elements as in the first row.',
    ],
    [
      'a row among numbers',
      () => tensor([1, [2]]),
      'tensor(): ragged nesting: got 1 elements at depth 1, expected a number as in the first row.',
    ],
    [
      'text',
      () => tensor(['1'] as never),
      'tensor(): not a number: got string at depth 1, expected numbers or booleans.',
    ],
    [
      'a tensor',
      () => tensor(ones([1]) as never),
      'tensor(): got a tensor, expected numbers. Use x.clone().detach().',
    ],
    [
      'a wrong number of values',
      () => fromTyped(new Float32Array(5), [2, 3]),
      'fromTyped(): the number of values does not fit: got 5 for [2, 3], expected 6.',
    ],
    [
      'an array type without dtype',
      () => fromTyped(new Float64Array(0).buffer as never, [0]),
      'fromTyped(): unsupported array: got ArrayBuffer',
    ],
    [
      'a negative size',
      () => zeros([2, -1]),
      'full(): invalid size: got [2, -1], expected non-negative integers.',
    ],
    [
      'an absurd size',
      () => zeros([1e6, 1e6]),
      'full(): tensor too large: got [1000000, 1000000], expected at most 2^32 elements.',
    ],
  ])('%s is refused', (_title, make, message) => {
    expect(make).toThrow(message);
  });
});

describe('ranges, as PyTorch gives them', () => {
  test('arange takes an end, or start, end and step', () => {
    expect([...arange(3).dataSync()]).toEqual([0, 1, 2]);
    expect([...arange(0.5, 3, 0.7).dataSync()].map((v) => v.toFixed(4))).toEqual([
      '0.5000',
      '1.2000',
      '1.9000',
      '2.6000',
    ]);
    expect([...arange(3, 0, -1, { dtype: 'int32' }).dataSync()]).toEqual([3, 2, 1]);
    expect(arange(3, 3).shape).toEqual([0]);
    expect(() => arange(3, 0)).toThrow(
      'arange(): the step leads away from the end: got 3 to 0 by 1, expected a step of the other sign.',
    );
    expect(() => arange(0, 3, 0)).toThrow(ArgumentError);
  });

  test('linspace includes both ends', () => {
    expect([...linspace(0, 1, 7).dataSync()]).toEqual(LINSPACE.map(Math.fround));
    expect([...linspace(5, 9, 1).dataSync()]).toEqual([5]);
  });

  test('eye and onesLike', () => {
    expect([...eye(2, 3).dataSync()]).toEqual([1, 0, 0, 0, 1, 0]);
    expect(onesLike(tensor([[1, 2]], { dtype: 'int32' })).dtype).toBe('int32');
  });
});

const LINSPACE = [
  0.0, 0.1666666716337204, 0.3333333432674408, 0.5, 0.6666666269302368, 0.8333333134651184, 1.0,
];

/** What PyTorch 1.13 prints for the same calls after torch.manual_seed(42). */
const SEQUENCE = {
  rand: [0.8822692632675171, 0.9150039553642273, 0.38286375999450684],
  randn: [-0.829319179058075, -1.6137069463729858, -0.21470452845096588],
  randint: [14, 10, 54, 31],
  randperm: [4, 1, 5, 3, 0, 2],
  later: [-0.7581311464309692, -0.42451897263526917, 0.3057209253311157],
  rand64: [0.28215575896951495, 0.6568544351647246],
};

describe('random numbers', () => {
  test('after manualSeed(42) a mixed sequence is that of PyTorch 1.13', () => {
    manualSeed(42);
    expect([...rand([3]).dataSync()]).toEqual(SEQUENCE.rand);
    [...randn([3]).dataSync()].forEach((v, i) => {
      expect(v).toBeCloseTo(SEQUENCE.randn[i] as number, 6);
    });
    expect([...randint(0, 100, [4]).dataSync()]).toEqual(SEQUENCE.randint);
    expect([...randperm(6).dataSync()]).toEqual(SEQUENCE.randperm);
    [...randn([17]).dataSync().subarray(0, 3)].forEach((v, i) => {
      expect(v).toBeCloseTo(SEQUENCE.later[i] as number, 6);
    });
    expect([...rand([2], { dtype: 'float64' }).dataSync()]).toEqual(SEQUENCE.rand64);
  });

  test('a saved state continues exactly, masks too', () => {
    manualSeed(1);
    randn([3]);
    uniformMask([5]);
    const state = getRngState();
    const draw = (): number[][] => [[...randn([4]).dataSync()], [...uniformMask([4]).dataSync()]];
    const first = draw();
    expect(draw()).not.toEqual(first);
    setRngState(state);
    expect(draw()).toEqual(first);
  });

  test('masks are the same stream on every device and do not advance the generator', () => {
    const device = countingDevice(cpu().backend);
    manualSeed(3);
    const onCpu = [...uniformMask([6]).dataSync()];
    const next = rand([1]).itemSync();
    manualSeed(3);
    expect([...uniformMask([6], device).dataSync()]).toEqual(onCpu);
    expect(rand([1]).itemSync()).toBe(next);
    expect(new Set(onCpu).size).toBe(6);
  });

  test("a generator of one's own leaves the default one alone", () => {
    manualSeed(5);
    const expected = rand([1]).itemSync();
    manualSeed(5);
    const own = rand([1], { generator: new Mt19937(5) }).itemSync();
    expect(own).toBe(expected);
    expect(rand([1]).itemSync()).toBe(expected);
  });

  test('integers are refused where floats are drawn', () => {
    expect(() => rand([1], { dtype: 'int32' })).toThrow(
      'rand(): not defined for integers: got int32, expected a float dtype. Use randint.',
    );
    expect(() => randint(0, 10, [-1])).toThrow(ShapeError);
  });
});

test('sizes that are not in an array are refused with the right form', () => {
  expect(() => zeros(2 as never)).toThrow(
    'full(): not a shape: got 2, expected an array of sizes, such as [2, 3].',
  );
  expect(() => zeros([4]).reshape(2 as never)).toThrow(
    'reshape(): not a shape: got 2, expected an array of sizes, such as [2, 3].',
  );
});

test('permute takes dimensions one by one or in an array', () => {
  const x = zeros([2, 3, 4]);
  expect(x.permute(2, 0, 1).shape).toEqual([4, 2, 3]);
  expect(x.permute([2, 0, 1]).shape).toEqual([4, 2, 3]);
});
