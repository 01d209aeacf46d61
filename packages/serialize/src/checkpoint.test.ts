import { cpu } from '@flambeau/backend-cpu';
import type { Tensor } from '@flambeau/core';
import { getRngState, manualSeed, rand, setDefaultDevice, setRngState, tensor, zeros } from '@flambeau/core';
import { countingDevice } from '@flambeau/core/testing';
import { describe, expect, test } from 'vitest';
import {
  loadCheckpoint,
  loadSafetensors,
  SerializationError,
  saveCheckpoint,
  saveSafetensors,
} from './index.ts';

setDefaultDevice(cpu());

const roundTrip = async (value: unknown): Promise<unknown> => loadCheckpoint(await saveCheckpoint(value));

describe('what is saved comes back', () => {
  test.each<[string, unknown]>([
    ['numbers', [0, -0, 1.5, 1e-320, 2 ** 53 + 2, Number.NaN, Infinity, -Infinity, Number.MAX_VALUE]],
    ['texts, also broken ones', ['', 'größe 😀\n"', '__proto__', '\ud800']],
    ['null and switches', [null, true, false]],
    ['bigints', [0n, -1n, 2n ** 64n, 10n ** 900n]],
    ['empty things', [[], {}, [[]], { a: {} }]],
    [
      'objects that look like what is written',
      [{ tensor: 'x' }, { object: {} }, { number: 'NaN' }, { bigint: '1' }, { Uint8Array: 'x' }],
    ],
    ['keys in their order', { b: 1, a: 2, '': 3, '10': 4, 'x/y': 5 }],
    ['a value alone', 7],
  ])('%s', async (_what, value) => {
    const loaded = await roundTrip(value);
    expect(loaded).toStrictEqual(value);
    if (typeof value === 'object' && value !== null)
      expect(Object.keys(loaded as object)).toEqual(Object.keys(value));
  });

  test.each([
    Float32Array.of(0.1, -0),
    Float64Array.of(0.1, Number.NaN),
    Int8Array.of(-128),
    Uint8Array.of(255),
    Uint8ClampedArray.of(255),
    Int16Array.of(-300),
    Uint16Array.of(65535),
    Int32Array.of(-(2 ** 31)),
    Uint32Array.of(2 ** 32 - 1),
    BigInt64Array.of(-(2n ** 63n)),
    BigUint64Array.of(2n ** 64n - 1n),
    new Float32Array(0),
  ])('%o', async (array) => {
    expect(await roundTrip({ array })).toStrictEqual({ array });
    expect(await roundTrip(array)).toStrictEqual(array);
  });

  test('tensors of every dtype, with their shapes', async () => {
    const tensors = {
      a: tensor([
        [1, 2],
        [3, 4],
      ]).t(),
      b: tensor(0.1, { dtype: 'float64' }),
      c: tensor([-1], { dtype: 'int32' }),
      d: tensor([1], { dtype: 'uint8' }),
      e: tensor([-1], { dtype: 'int8' }),
      f: tensor([true]),
      g: zeros([2, 0]),
    };
    const loaded = (await roundTrip(tensors)) as typeof tensors;
    for (const [name, x] of Object.entries(tensors)) {
      const y = loaded[name as 'a'];
      expect([y.dtype, y.shape, await y.toArray()]).toEqual([x.dtype, x.shape, await x.toArray()]);
    }
  });

  test('the state of the random numbers', async () => {
    manualSeed(3);
    rand([5]);
    const saved = await saveCheckpoint({ random: getRngState() });
    const next = rand([4]).dataSync();
    rand([100]);
    setRngState((loadCheckpoint(saved) as { random: ReturnType<typeof getRngState> }).random);
    expect(rand([4]).dataSync()).toEqual(next);
  });

  test('a shared tensor as one', async () => {
    const w = tensor([1]);
    const bytes = await saveCheckpoint({ encoder: w, decoder: w });
    const { encoder, decoder } = loadCheckpoint(bytes) as { encoder: Tensor; decoder: Tensor };
    expect(decoder).toBe(encoder);
    expect(Object.keys(loadSafetensors(bytes).tensors)).toEqual(['encoder']);
  });

  test('keys named __proto__ as keys', async () => {
    const value = Object.fromEntries([
      ['__proto__', tensor([1])],
      ['a', Object.fromEntries([['__proto__', { polluted: 1 }]])],
    ]);
    const loaded = (await roundTrip(value)) as Record<string, object>;
    expect(Object.keys(loaded)).toEqual(['__proto__', 'a']);
    expect(Object.getPrototypeOf(loaded)).toBe(Object.prototype);
    expect(Object.keys(loaded['a'] as object)).toEqual(['__proto__']);
    expect((loaded['a'] as { polluted?: number }).polluted).toBeUndefined();
  });

  test('the values at the time of the call', async () => {
    const [x, list, array] = [tensor([1]), [1], Uint8Array.of(1)];
    const saving = saveCheckpoint({ x, list, array });
    x.fill_(2);
    list.push(2);
    array[0] = 2;
    const loaded = loadCheckpoint(await saving) as { x: Tensor; list: number[]; array: Uint8Array };
    expect([loaded.x.itemSync(), loaded.list, loaded.array[0]]).toEqual([1, [1], 1]);
  });

  test('on the device that is wanted', async () => {
    const device = countingDevice(cpu().backend, { syncRead: false });
    const x = loadCheckpoint(await saveCheckpoint(tensor([5], { device })), { device }) as Tensor;
    expect([x.device, await x.item()]).toEqual([device, 5]);
  });

  test('as far as 100 levels', async () => {
    let deep: unknown = 1;
    for (let i = 0; i < 100; i++) deep = i % 2 ? [deep] : { a: deep };
    expect(await roundTrip(deep)).toEqual(deep);
    await expect(saveCheckpoint([deep])).rejects.toThrow(/nested too deep: expected at most 100 levels/);
  });
});

test('tensors are named by their paths, so that any reader finds them', async () => {
  const bytes = await saveCheckpoint({
    model: { 'fc1.weight': zeros([2, 3]), 'fc1.bias': zeros([2]) },
    optimizer: { state: { 0: { step: 1, expAvg: zeros([2, 3]) } } },
    'optimizer/state': { 0: { expAvg: zeros([1]) } },
    __metadata__: zeros([1]),
  });
  expect(Object.keys(loadSafetensors(bytes).tensors).sort()).toEqual([
    '__metadata__#2',
    'model/fc1.bias',
    'model/fc1.weight',
    'optimizer/state/0/expAvg',
    'optimizer/state/0/expAvg#2',
  ]);
});

describe('what cannot be written is named by its place', () => {
  const loop: unknown[] = [];
  loop.push({ again: loop });
  test.each<[string, unknown, RegExp]>([
    ['undefined', { a: [1, undefined] }, /"a\/1" cannot be written: got undefined/],
    ['a function', { a: () => 1 }, /"a" cannot be written: got function/],
    ['a symbol', Symbol('x'), /the value cannot be written: got symbol/],
    ['a class instance', { a: { b: new (class Model {})() } }, /"a\/b" cannot be written: got Object/],
    ['a map', { m: new Map() }, /"m" cannot be written: got Map/],
    ['a date', { d: new Date(0) }, /got Date/],
    ['a data view', { d: new DataView(new ArrayBuffer(1)) }, /got DataView/],
    ['a hole in an array', new Array(1), /"0" cannot be written: got undefined/],
    ['a cycle', loop, /"0\/again" contains itself/],
    ['a huge bigint', { b: 10n ** 1000n }, /"b" is too large: got a bigint of 1001 digits/],
    ['a tensor under a name that is no text', { '\ud800': zeros([1]) }, /half a surrogate pair/],
  ])('%s', async (_what, value, message) => {
    await expect(saveCheckpoint(value)).rejects.toThrow(SerializationError);
    await expect(saveCheckpoint(value)).rejects.toThrow(message);
  });
});

describe('refused', () => {
  const written = async (
    structure: unknown,
    version = '1',
    tensors: Record<string, Tensor> = { x: tensor([1]) },
  ): Promise<Uint8Array> =>
    saveSafetensors(tensors, {
      metadata: {
        'flambeau.checkpoint': version,
        structure: typeof structure === 'string' ? structure : JSON.stringify(structure),
      },
    });

  test.each<[string, () => Promise<Uint8Array>, RegExp]>([
    [
      'a plain safetensors file',
      () => saveSafetensors({ x: tensor([1]) }),
      /not a checkpoint.*loadSafetensors/,
    ],
    ['a later version', () => written({ tensor: 'x' }, '2'), /unknown version: got "2", expected 1/],
    ['a structure that is no JSON', () => written('{'), /not JSON/],
    ['a key twice', () => written('{"object":{"a":1,"a":2}}'), /a key twice: got "a"/],
    ['deep nesting', () => written('['.repeat(1e5)), /nested too deep/],
    [
      'an unknown tag',
      () => written({ function: 'alert(1)' }),
      /structure is invalid: got "function" with "alert\(1\)"/,
    ],
    ['a tag of the prototype', () => written({ toString: 'x' }), /structure is invalid/],
    ['no tag', () => written({}), /structure is invalid/],
    ['two tags', () => written({ tensor: 'x', object: {} }), /an object with several keys/],
    ['a tag with another content', () => written({ tensor: 1 }), /"tensor" with number/],
    ['an object that is a list', () => written({ object: [] }), /structure is invalid/],
    ['a number that is none', () => written({ number: '1' }), /"number" with "1"/],
    ['a bigint that is none', () => written({ bigint: '0x1' }), /"bigint" with "0x1"/],
    ['an endless bigint', () => written({ bigint: '9'.repeat(1e6) }), /structure is invalid/],
    [
      'a tensor that is not there',
      () => written([{ tensor: 'x' }, { tensor: 'y' }]),
      /names "y", which does not fit: got nothing/,
    ],
    [
      'a tensor as an array of another kind',
      () => written({ Int32Array: 'x' }),
      /names "x", which does not fit: got F32 \[1\] in the file, expected Int32Array/,
    ],
    [
      'an array of several dimensions',
      () => written({ Float32Array: 'x' }, '1', { x: zeros([1, 1]) }),
      /got F32 \[1, 1\]/,
    ],
    [
      'one thing as two',
      () => written([{ tensor: 'x' }, { Float32Array: 'x' }]),
      /names "x", which does not fit/,
    ],
    [
      'a tensor that nobody names',
      () => written(1),
      /has a tensor that its structure does not name: got "x"/,
    ],
    [
      'a dtype that is not written for tensors',
      async () =>
        saveSafetensors(
          { x: tensor([1], { dtype: 'int32' }) },
          { int64Keys: ['x'], metadata: { 'flambeau.checkpoint': '1', structure: '{"tensor":"x"}' } },
        ),
      /got I64 \[1\] in the file, expected a tensor/,
    ],
  ])('%s', async (_what, make, message) => {
    const bytes = await make();
    expect(() => loadCheckpoint(bytes)).toThrow(SerializationError);
    expect(() => loadCheckpoint(bytes)).toThrow(message);
  });
});
