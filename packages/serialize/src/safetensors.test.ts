// Against files and values of tests/golden/safetensors.py, which follows the format's description on its own.
import { readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { cpu } from '@flambeau/backend-cpu';
import type { DType, Tensor } from '@flambeau/core';
import { fromTyped, setDefaultDevice, tensor, zeros } from '@flambeau/core';
import { countingDevice } from '@flambeau/core/testing';
import { describe, expect, test } from 'vitest';
import halves from './golden/halves.json' with { type: 'json' };
import { loadSafetensors, SerializationError, saveSafetensors } from './index.ts';

setDefaultDevice(cpu());

const fixture = (name: string): Buffer => readFileSync(new URL(`./golden/${name}`, import.meta.url));

/** What the reader in Python found in a file. Parsed here: as a module, a key __proto__ would be a prototype. */
const shownBy = (name: string): Shown => JSON.parse(fixture(name).toString()) as Shown;

/** A number as the reader in Python prints it. */
const number = (value: number | boolean | string): number => {
  const text = String(value).replace('inf', 'Infinity').replace('nan', 'NaN');
  return typeof value === 'boolean' ? Number(value) : Number(text);
};

interface Shown {
  readonly metadata: Record<string, string>;
  readonly tensors: Record<string, { dtype: string; shape: number[]; values: (number | boolean | string)[] }>;
}

const READ_AS: Readonly<Record<string, DType>> = {
  F32: 'float32',
  F64: 'float64',
  I32: 'int32',
  U8: 'uint8',
  I8: 'int8',
  BOOL: 'bool',
  I64: 'int32',
  F16: 'float32',
  BF16: 'float32',
};

function expectSame(tensors: Record<string, Tensor>, expected: Shown['tensors']): void {
  expect(Object.keys(tensors).sort()).toEqual(Object.keys(expected).sort());
  for (const [name, { dtype, shape, values }] of Object.entries(expected)) {
    const x = tensors[name] as Tensor;
    expect([name, x.dtype, x.shape]).toEqual([name, READ_AS[dtype], shape]);
    expect([...x.dataSync()], name).toEqual(values.map(number));
  }
}

describe('a file written by another program', () => {
  test('gives its values bit for bit, whatever the alignment', () => {
    const bytes = fixture('python.safetensors');
    const shown = shownBy('python.json');
    for (const shift of [0, 1, 2, 3, 5]) {
      const moved = new Uint8Array(bytes.length + shift).subarray(shift);
      moved.set(bytes);
      const { tensors, metadata, int64Keys } = loadSafetensors(moved);
      expectSame(tensors, shown.tensors);
      expect(metadata).toEqual(shown.metadata);
      expect([...int64Keys].sort()).toEqual(['indices', 'num_batches_tracked']);
    }
  });

  test('may come as an ArrayBuffer', () => {
    const bytes = fixture('python.safetensors');
    const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
    expect(Object.keys(loadSafetensors(buffer).tensors).length).toBe(15);
    expect(() => loadSafetensors('model.safetensors' as unknown as Uint8Array)).toThrow(
      /not bytes: got string/,
    );
    expect(() => loadSafetensors(null as unknown as Uint8Array)).toThrow(/not bytes: got null/);
  });

  test.each(['F16', 'BF16'] as const)('has every %s value read right', (dtype) => {
    const header = JSON.stringify({ x: { dtype, shape: [65536], data_offsets: [0, 131072] } });
    const file = new Uint8Array(8 + header.length + 131072);
    new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true);
    file.set(new TextEncoder().encode(header), 8);
    file.set(new Uint8Array(Uint16Array.from({ length: 65536 }, (_, i) => i).buffer), 8 + header.length);
    const values = (loadSafetensors(file).tensors['x'] as Tensor).dataSync() as Float32Array;
    // One NaN for all: their payloads are not kept.
    const plain = values.map((v) => (Number.isNaN(v) ? Number.NaN : v));
    expect(crc32(new Uint8Array(plain.buffer))).toBe(halves[dtype]);
  });
});

describe('a file written here', () => {
  const make = (): Record<string, Tensor> => ({
    'layer.weight': fromTyped(
      Float32Array.from({ length: 6 }, (_, i) => i / 3),
      [2, 3],
    ),
    transposed: tensor(
      [
        [1, 2],
        [3, 4],
      ],
      { dtype: 'int32' },
    ).t(),
    double: tensor([1 / 3, -0], { dtype: 'float64' }),
    counter: tensor(-7, { dtype: 'int32' }),
    flags: tensor([true, false, true]),
    bytes: tensor([0, 255], { dtype: 'uint8' }),
    small: tensor([-128, 127], { dtype: 'int8' }),
    empty: zeros([0, 3]),
    'größe "😀"': tensor([Number.NaN, -Infinity]),
  });

  test('is the one that another program reads right', async () => {
    const bytes = await saveSafetensors(make(), {
      metadata: { format: 'pt', note: 'größe 😀' },
      int64Keys: ['counter'],
    });
    expect(Buffer.from(bytes).equals(fixture('flambeau.safetensors'))).toBe(true);
    const shown = shownBy('flambeau.json');
    expectSame(make(), shown.tensors);
    expect(shown.tensors['counter']?.dtype).toBe('I64');
    expect(shown.metadata).toEqual({ format: 'pt', note: 'größe 😀' });
  });

  test('has aligned data and a header padded with spaces', async () => {
    const bytes = await saveSafetensors({
      a: tensor([1], { dtype: 'uint8' }),
      b: tensor([1], { dtype: 'float64' }),
    });
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    expect(length % 8).toBe(0);
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as Record<
      string,
      { data_offsets: number[] }
    >;
    expect([header['b']?.data_offsets, header['a']?.data_offsets]).toEqual([
      [0, 8],
      [8, 9],
    ]);
  });

  test('keeps the order of the names', async () => {
    const { tensors } = loadSafetensors(await saveSafetensors(make()));
    expect(Object.keys(tensors)).toEqual(Object.keys(make()));
  });

  test('comes back through load and save unchanged, int64 included', async () => {
    const bytes = await saveSafetensors(make(), {
      metadata: { a: 'b' },
      int64Keys: ['counter', 'not there'],
    });
    const file = loadSafetensors(bytes);
    expect(await saveSafetensors(file.tensors, file)).toEqual(bytes);
  });

  test('keeps names such as __proto__', async () => {
    const tensors = Object.fromEntries([
      ['__proto__', tensor([1])],
      ['constructor', tensor([2])],
    ]);
    const metadata = Object.fromEntries([['__proto__', 'text']]);
    const file = loadSafetensors(await saveSafetensors(tensors, { metadata }));
    expect(Object.keys(file.tensors)).toEqual(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(file.tensors)).toBe(Object.prototype);
    expect(Object.entries(file.metadata)).toEqual([['__proto__', 'text']]);
  });

  test('holds the values at the time of the call', async () => {
    const x = tensor([1, 2]);
    const y = tensor([3]);
    const saving = saveSafetensors({ x, y });
    x.fill_(0);
    y.fill_(0);
    expect([...(loadSafetensors(await saving).tensors['x'] as Tensor).dataSync()]).toEqual([1, 2]);
    expect((loadSafetensors(await saving).tensors['y'] as Tensor).itemSync()).toBe(3);
  });

  test('may come from and go to a device that is read asynchronously', async () => {
    const device = countingDevice(cpu().backend, { syncRead: false });
    const x = tensor([1, 2], { device }).mul(2);
    const saving = saveSafetensors({ x });
    x.fill_(0);
    const loaded = loadSafetensors(await saving, { device }).tensors['x'] as Tensor;
    expect(loaded.device).toBe(device);
    expect([...(await loaded.data())]).toEqual([2, 4]);
  });

  test('can be empty', async () => {
    const file = loadSafetensors(await saveSafetensors({}));
    expect([file.tensors, file.metadata]).toEqual([{}, {}]);
  });

  test.each<[string, () => Promise<unknown>, RegExp]>([
    [
      'a value that is no tensor',
      () => saveSafetensors({ x: 1 as unknown as Tensor }),
      /"x" is not a tensor: got number.*saveCheckpoint/,
    ],
    [
      'the reserved name',
      () => saveSafetensors({ __metadata__: tensor([1]) }),
      /may not be named __metadata__/,
    ],
    ['a name that is no text', () => saveSafetensors({ '\ud800': tensor([1]) }), /half a surrogate pair/],
    [
      'metadata that is no text',
      () => saveSafetensors({}, { metadata: { a: 1 as unknown as string } }),
      /metadata "a" is not text: got number/,
    ],
    [
      'floats as int64',
      () => saveSafetensors({ x: tensor([1]) }, { int64Keys: ['x'] }),
      /"x" cannot be written as int64: got float32/,
    ],
  ])('is not made of %s', async (_what, save, message) => {
    await expect(save()).rejects.toThrow(SerializationError);
    await expect(save()).rejects.toThrow(message);
  });
});
