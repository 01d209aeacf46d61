import { cpu } from '@flambeau/backend-cpu';
import { FlambeauError, setDefaultDevice, tensor, zeros } from '@flambeau/core';
import { describe, expect, test } from 'vitest';
import {
  loadCheckpoint,
  loadSafetensors,
  SerializationError,
  saveCheckpoint,
  saveSafetensors,
} from './index.ts';

setDefaultDevice(cpu());

/** A file with this header and so many bytes of data. */
function file(header: unknown, data = 0): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + data);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

const f32 = (shape: unknown, start: unknown, end: unknown): object => ({
  dtype: 'F32',
  shape,
  data_offsets: [start, end],
});

test('the error is one of Flambeau with a code', () => {
  const error = new SerializationError('load', 'bad', { a: 1 });
  expect(error).toBeInstanceOf(FlambeauError);
  expect([error.code, error.op, error.message, error.name]).toEqual([
    'serialization',
    'load',
    'load(): bad',
    'SerializationError',
  ]);
});

describe('refused', () => {
  const withLength = (length: bigint): Uint8Array => {
    const bytes = file('{}');
    new DataView(bytes.buffer).setBigUint64(0, length, true);
    return bytes;
  };

  test.each<[string, Uint8Array, RegExp]>([
    ['nothing', new Uint8Array(0), /got 0 bytes, expected at least 8/],
    ['seven bytes', new Uint8Array(7), /got 7 bytes/],
    [
      'an absurd header length',
      withLength(2n ** 64n - 1n),
      /header of 18446744073709552000 bytes, expected at most 100000000/,
    ],
    ['a header above the limit', withLength(100_000_001n), /header of 100000001 bytes, expected at most/],
    [
      'a header beyond the end',
      withLength(3n),
      /the file is cut off: got 10 bytes, expected a header of 3 bytes/,
    ],
    ['an empty header', withLength(0n), /begin with \{/],
    ['a header that is no object', file('[]'), /begin with \{/],
    ['a header after a space', file(' {}'), /begin with \{/],
    ['a header after a byte-order mark', file('\ufeff{}'), /begin with \{/],
    [
      'bytes that are no UTF-8',
      (() => {
        const b = file('{"a":1}');
        b[10] = 0xff;
        return b;
      })(),
      /no UTF-8/,
    ],
    ['text that is no JSON', file('{a:1}'), /not JSON/],
    ['text after the JSON', file('{} {}'), /not JSON/],
    ['a missing bracket', file('{"a":'), /not JSON/],
    [
      'a tensor twice',
      file(
        '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}',
        4,
      ),
      /a key twice: got "a"/,
    ],
    [
      'a key twice in disguise',
      file('{"a":{"dtype":"F32","d\\u0074ype":"I32","shape":[1],"data_offsets":[0,4]}}', 4),
      /a key twice: got "dtype"/,
    ],
    ['deep nesting', file(`{"a":${'['.repeat(1e6)}`), /nested too deep: got more than 16 levels/],
    [
      'millions of empty parts',
      file(`{"a":[${'[],'.repeat(3e6)}[]]}`),
      /too many parts: got more than 3000000/,
    ],
    ['metadata that is no object', file({ __metadata__: 'x' }), /__metadata__ is invalid/],
    ['metadata that is null', file({ __metadata__: null }), /__metadata__ is invalid/],
    ['metadata with a number', file({ __metadata__: { a: 1 } }), /__metadata__ is invalid/],
    ['a tensor that is no object', file({ a: 1 }), /tensor "a" is invalid: expected an object/],
    ['a tensor that is a list', file({ a: [] }), /expected an object/],
    [
      'an unknown dtype',
      file({ a: { dtype: 'F33', shape: [], data_offsets: [0, 4] } }, 4),
      /got dtype "F33"/,
    ],
    [
      'a dtype of the prototype',
      file({ a: { dtype: 'toString', shape: [], data_offsets: [0, 4] } }, 4),
      /got dtype "toString"/,
    ],
    [
      'a dtype that is no text',
      file({ a: { dtype: 1, shape: [], data_offsets: [0, 4] } }, 4),
      /got dtype number/,
    ],
    ['a negative size', file({ a: f32([-1], 0, 4) }, 4), /expected a shape/],
    ['a broken size', file({ a: f32([0.5], 0, 2) }, 2), /expected a shape/],
    ['a size that is no number', file({ a: f32(['1'], 0, 4) }, 4), /expected a shape/],
    [
      'a size beyond exact numbers',
      file('{"a":{"dtype":"F32","shape":[9007199254740993,0],"data_offsets":[0,0]}}'),
      /expected a shape/,
    ],
    ['minus zero', file('{"a":{"dtype":"F32","shape":[-0],"data_offsets":[0,0]}}'), /expected a shape/],
    ['no shape', file({ a: { dtype: 'F32', data_offsets: [0, 4] } }, 4), /expected a shape/],
    [
      '65 dimensions',
      file(
        {
          a: f32(
            Array.from({ length: 65 }, () => 1),
            0,
            4,
          ),
        },
        4,
      ),
      /at most 64/,
    ],
    ['one offset', file({ a: { dtype: 'F32', shape: [1], data_offsets: [0] } }, 4), /data_offsets of two/],
    ['offsets that are null', file({ a: f32([1], null, 4) }, 4), /data_offsets of two/],
    ['offsets the wrong way', file({ a: f32([1], 4, 0) }, 4), /got bytes 4 to 0/],
    [
      'bytes beyond the end',
      file({ a: f32([2], 0, 8) }, 4),
      /got bytes 0 to 8, expected a range within the 4 bytes/,
    ],
    ['far beyond the end', file({ a: f32([2 ** 50], 0, 2 ** 52) }, 4), /expected a range within the 4 bytes/],
    ['a size that does not fit', file({ a: f32([2], 0, 4) }, 4), /got 4 bytes, expected 8 for F32 \[2\]/],
    [
      'sizes whose product overflows',
      file({ a: f32([2 ** 53 - 1, 2 ** 53 - 1, 2 ** 53 - 1], 0, 4) }, 4),
      /got 4 bytes, expected/,
    ],
    [
      'an overflow past all numbers',
      file({ a: f32([...Array.from({ length: 30 }, () => 2 ** 52), 0], 0, 0) }),
      /expected NaN/,
    ],
    [
      'an overlap',
      file({ a: f32([2], 0, 8), b: f32([1], 4, 8) }, 8),
      /tensor "b" overlaps the one before: got bytes from 4, expected from 8/,
    ],
    ['the same bytes twice', file({ a: f32([1], 0, 4), b: f32([1], 0, 4) }, 4), /overlaps/],
    ['a hole', file({ a: f32([1], 0, 4), b: f32([1], 8, 12) }, 12), /tensor "b" leaves a hole before it/],
    ['a hole at the start', file({ a: f32([1], 4, 8) }, 8), /leaves a hole/],
    [
      'bytes that belong to nobody',
      file({ a: f32([1], 0, 4) }, 5),
      /the data does not fit the header: got 5 bytes, expected 4/,
    ],
    ['an empty tensor in a hole', file({ a: f32([0], 2, 2) }, 0), /got bytes 2 to 2/],
    [
      'a name that is no text',
      file('{"\\ud800":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 4),
      /half a surrogate pair/,
    ],
    [
      'a dtype that tensors have not',
      file({ a: { dtype: 'U16', shape: [1], data_offsets: [0, 2] } }, 2),
      /tensor "a" has an unsupported dtype: got U16/,
    ],
  ])('%s', (_what, bytes, message) => {
    expect(() => loadSafetensors(bytes)).toThrow(SerializationError);
    expect(() => loadSafetensors(bytes)).toThrow(message);
  });

  test('a bool that is neither 0 nor 1', () => {
    const bytes = file({ a: { dtype: 'BOOL', shape: [2], data_offsets: [0, 2] } }, 2);
    bytes[bytes.length - 1] = 2;
    expect(() => loadSafetensors(bytes)).toThrow(/tensor "a" is not bool: got 2 at position 1/);
  });

  test.each<[bigint, boolean]>([
    [2n ** 31n - 1n, true],
    [-(2n ** 31n), true],
    [2n ** 31n, false],
    [-(2n ** 31n) - 1n, false],
    [2n ** 32n, false],
    [-(2n ** 63n), false],
  ])('int64 %d unless it fits int32', (value, fits) => {
    const bytes = file({ a: { dtype: 'I64', shape: [1], data_offsets: [0, 8] } }, 8);
    new DataView(bytes.buffer).setBigInt64(bytes.length - 8, value, true);
    if (fits) expect(loadSafetensors(bytes).tensors['a']?.itemSync()).toBe(Number(value));
    else expect(() => loadSafetensors(bytes)).toThrow(`does not fit int32: got ${value} at position 0`);
  });
});

test('unknown fields of a tensor are ignored, as the format allows', () => {
  const bytes = file({ a: { dtype: 'F32', shape: [], data_offsets: [0, 4], note: { by: ['someone'] } } }, 4);
  expect(loadSafetensors(bytes).tensors['a']?.itemSync()).toBe(0);
});

/** Reads a spoiled file: a value or a SerializationError, nothing else, and soon. */
function survives(load: (bytes: Uint8Array) => unknown, bytes: Uint8Array, what: string): boolean {
  try {
    load(bytes);
    return true;
  } catch (error) {
    if (!(error instanceof SerializationError))
      throw new Error(`${what}: ${String(error)}`, { cause: error });
    return false;
  }
}

describe.each<[string, () => Promise<Uint8Array>, (bytes: Uint8Array) => unknown]>([
  [
    'a safetensors file',
    () =>
      saveSafetensors(
        {
          weight: tensor([
            [1, 2],
            [3, 4],
          ]),
          n: tensor(5, { dtype: 'int32' }),
          ok: tensor([true]),
          e: zeros([0]),
        },
        { metadata: { epoch: '3' }, int64Keys: ['n'] },
      ),
    loadSafetensors,
  ],
  [
    'a checkpoint',
    () =>
      saveCheckpoint({
        model: { w: tensor([1, 2]) },
        rng: Uint8Array.of(1, 2, 3),
        epoch: 3,
        best: Number.NaN,
        big: 12n,
        list: [null, true, 'x'],
      }),
    loadCheckpoint,
  ],
])('%s that is damaged', (_what, make, load) => {
  test('by any cut is refused', async () => {
    const bytes = await make();
    expect(survives(load, bytes, 'whole')).toBe(true);
    for (let length = 0; length < bytes.length; length++) {
      expect(survives(load, bytes.slice(0, length), `cut to ${length}`), `cut to ${length}`).toBe(false);
    }
    const longer = new Uint8Array(bytes.length + 1);
    longer.set(bytes);
    expect(survives(load, longer, 'a byte more')).toBe(false);
  });

  test('in any byte gives a value or a SerializationError', async () => {
    const bytes = await make();
    let read = 0;
    let refused = 0;
    for (let at = 0; at < bytes.length; at++) {
      for (const change of [1, 2, 4, 8, 16, 32, 64, 128, 255]) {
        const spoiled = bytes.slice();
        spoiled[at] = (spoiled[at] as number) ^ change;
        if (survives(load, spoiled, `byte ${at} ^ ${change}`)) read++;
        else refused++;
      }
    }
    expect(read).toBeGreaterThan(0);
    expect(refused).toBeGreaterThan(read);
  });
});
