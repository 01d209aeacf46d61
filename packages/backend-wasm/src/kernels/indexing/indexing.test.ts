import type { Device, DType, Tensor } from '@flambeau/core';
import {
  embedding,
  fromTyped,
  gather,
  permute,
  scatter,
  scatterAdd,
  scatterReduce,
  tensor,
  zeros,
} from '@flambeau/core';
import { createDevice, deferredMaps, spillingMemory } from '@flambeau/core/functional';
import { beforeAll, describe, expect, test } from 'vitest';
import { createWasmBackend } from '../../backend.ts';
import { wasm } from '../../index.ts';
import { LinearMemory } from '../../memory/linear-memory.ts';
import { WorkerPool } from '../../pool/pool.ts';

let device: Device;
let threaded: Device;
beforeAll(async () => {
  [device, threaded] = [await wasm({ threads: 1 }), await wasm({ threads: 2 })];
});

const DTYPES: readonly DType[] = ['float32', 'float64', 'int32', 'uint8', 'int8', 'bool'];

const sizeOf = (shape: readonly number[]): number => shape.reduce((p, n) => p * n, 1);

const counting = (shape: readonly number[], dtype: DType = 'float32', on = device): Tensor =>
  tensor(
    Array.from({ length: sizeOf(shape) }, (_, i) => (dtype === 'bool' ? i % 2 : i % 100)),
    { device: on, dtype },
  ).reshape([...shape]);

/** Positions below `size`, some of them several times. */
const positions = (shape: readonly number[], size: number, on = device): Tensor =>
  tensor(
    Int32Array.from({ length: sizeOf(shape) }, (_, i) => (i * 7919) % size),
    { device: on },
  ).reshape([...shape]);

/** Calls back for every element of a shape with its place, and with where that is in a contiguous tensor of another shape. */
function eachPlace(
  shape: readonly number[],
  within: readonly number[],
  axis: number,
  visit: (at: number, start: number, stride: number) => void,
): void {
  for (let at = 0; at < sizeOf(shape); at++) {
    let [rest, stride, start, step] = [at, 1, 0, 1];
    for (let d = shape.length - 1; d >= 0; d--) {
      if (d === axis) step = stride;
      else start += (rest % (shape[d] as number)) * stride;
      rest = Math.floor(rest / (shape[d] as number));
      stride *= within[d] as number;
    }
    visit(at, start, step);
  }
}

const CASES: readonly (readonly [readonly number[], readonly number[], number])[] = [
  [[7], [5], 0],
  [[7], [1], 0],
  [[5, 17], [9, 17], 0],
  [[5, 17], [3, 4], 0],
  [[5, 17], [5, 1], 1],
  [[5, 17], [4, 33], 1],
  [[3, 4, 5], [3, 6, 5], 1],
  [[3, 4, 5], [2, 4, 8], 2],
];

describe.each(DTYPES)('gather and scatterAdd of %s', (dtype) => {
  test('along every axis', async () => {
    for (const [shape, indexShape, axis] of CASES) {
      const [x, index] = [counting(shape, dtype), positions(indexShape, shape[axis] as number)];
      const [values, places] = [(await x.data()).map(Number), await index.data()];
      const expected: number[] = [];
      eachPlace(indexShape, shape, axis, (at, start, stride) => {
        expected.push(values[start + (places[at] as number) * stride] as number);
      });
      expect([...(await gather(x, axis, index).data())].map(Number)).toEqual(expected);
      if (dtype === 'bool') continue;
      const source = counting(indexShape, dtype);
      const added = values.slice();
      const coming = await source.data();
      eachPlace(indexShape, shape, axis, (at, start, stride) => {
        const place = start + (places[at] as number) * stride;
        added[place] = (added[place] as number) + (coming[at] as number);
      });
      expect([...(await scatterAdd(x, axis, index, source).data())]).toEqual([...added]);
    }
  });

  test('of views', async () => {
    const x = permute(counting([6, 5, 4], dtype), [2, 0, 1]);
    const index = permute(positions([5, 4, 3], 6), [1, 2, 0]);
    const [found, same] = [gather(x, 1, index), gather(x.contiguous(), 1, index.contiguous())];
    expect(await found.data()).toEqual(await same.data());
    if (dtype === 'bool') return;
    const source = permute(counting([3, 5, 4], dtype), [2, 0, 1]);
    const sums = scatterAdd(x, 1, index, source);
    const others = scatterAdd(x.contiguous(), 1, index.contiguous(), source.contiguous());
    expect(await sums.data()).toEqual(await others.data());
  });
});

describe('rows', () => {
  test('of an embedding are copied and added as wholes', async () => {
    for (const width of [1, 3, 4, 19]) {
      const table = counting([10, width]);
      const index = positions([2, 7], 10);
      const rows = await embedding(index, table).data();
      const places = await index.data();
      const expected = [...places].flatMap((place) =>
        Array.from({ length: width }, (_, i) => (Number(place) * width + i) % 100),
      );
      expect([...rows]).toEqual(expected);
      const spread = index.flatten().unsqueeze(1).expand([-1, width]);
      const sums = await scatterAdd(zeros([10, width], { device }), 0, spread, counting([14, width])).data();
      const added = new Float32Array(10 * width);
      places.forEach((place, row) => {
        for (let i = 0; i < width; i++) {
          const to = Number(place) * width + i;
          added[to] = (added[to] as number) + ((row * width + i) % 100);
        }
      });
      expect(sums).toEqual(added);
    }
  });
});

describe('positions that there are not', () => {
  test('are told, the first of them', () => {
    const x = counting([4, 3]);
    const at = (...values: number[]): Tensor => tensor(Int32Array.from(values), { device }).reshape([2, 3]);
    expect(() => gather(x, 0, at(0, 1, 2, 3, 4, 9))).toThrow(/got 4 at position 4, expected 0 ≤ index < 4/);
    expect(() => gather(x, 1, at(0, 1, -7, 3, 2, 9))).toThrow(/got -7 at position 2/);
    expect(() => scatterAdd(x, 0, at(5, 1, 2, 3, 6, 0), counting([2, 3]))).toThrow(/got 5 at position 0/);
    expect(() => embedding(tensor(Int32Array.of(1, 99), { device }), x)).toThrow(/got 99 at position 1/);
  });

  test('nothing to look up is no fault', () => {
    const index = tensor(new Int32Array(0), { device }).reshape([0, 3]);
    expect(gather(counting([4, 3]), 0, index).shape).toEqual([0, 3]);
  });
});

test('the number of threads changes nothing', async () => {
  for (const axis of [0, 1]) {
    const of = (on: Device): Promise<unknown> =>
      gather(counting([300, 500], 'float32', on), axis, positions([300, 500], 300, on)).data();
    expect(await of(threaded)).toEqual(await of(device));
  }
  const flat = (on: Device): Promise<unknown> =>
    gather(counting([1000], 'float32', on), 0, positions([200_001], 1000, on)).data();
  expect(await flat(threaded)).toEqual(await flat(device));
});

/** What is done with a number that is there and one that comes. */
type Join = (present: number, coming: number) => number;

const isFloat = (dtype: DType): boolean => dtype.startsWith('float');

/** How places are joined, in plain JavaScript. */
const joins = (dtype: DType): Readonly<Record<string, readonly [(...x: Operands) => Tensor, Join]>> => ({
  scatter: [scatter, (_present, coming) => coming],
  amax: [(...x) => scatterReduce(...x, 'amax'), Math.max],
  amin: [(...x) => scatterReduce(...x, 'amin'), Math.min],
  prod: [(...x) => scatterReduce(...x, 'prod'), isFloat(dtype) ? (a, b) => a * b : Math.imul],
  ...(dtype !== 'bool' && { add: [scatterAdd, (a, b) => a + b] }),
});
type Operands = [x: Tensor, axis: number, index: Tensor, source: Tensor];

/** Numbers with few factors: products stay exact, or wrap. */
const small = (shape: readonly number[], dtype: DType, seed: number, on: Device): Tensor => {
  const numbers = Array.from({ length: sizeOf(shape) }, (_, i) => {
    const n = (Math.imul(i + seed, 0x9e3779b1) >>> 8) % 7;
    if (dtype === 'bool' || dtype === 'uint8') return dtype === 'bool' ? n % 2 : n;
    return isFloat(dtype) && n === 5 ? ([-0, 0, Number.NaN, 0.5][i % 4] as number) : n - 3;
  });
  return tensor(numbers, { device: on, dtype }).reshape([...shape]);
};

const SCATTERED: typeof CASES = [...CASES, [[40, 17], [400, 17], 0], [[3, 20, 17], [2, 200, 9], 1]];

describe.each(DTYPES)('values that come to places of %s', (dtype) => {
  test.each(Object.keys(joins(dtype)))('%s, in the order of the index', async (name) => {
    const [run, join] = joins(dtype)[name] as readonly [(...x: Operands) => Tensor, Join];
    for (const on of [device, threaded]) {
      for (const [shape, indexShape, axis] of SCATTERED) {
        const x = small(shape, dtype, 1, on);
        const index = positions(indexShape, shape[axis] as number, on);
        const source = small(indexShape, dtype, 5, on);
        const [out, places, coming] = [(await x.data()).slice(), await index.data(), await source.data()];
        eachPlace(indexShape, shape, axis, (at, start, stride) => {
          const place = start + (places[at] as number) * stride;
          out[place] = join(out[place] as number, coming[at] as number);
        });
        expect(await run(x, axis, index, source).data(), `[${indexShape}] along ${axis}`).toEqual(out);
        const [wide, turned] = [
          small([...shape, 2], dtype, 1, on),
          permute(source, [...shape.keys()].reverse()),
        ];
        const view = wide.at('...', 1);
        const same = run(view, axis, index, permute(turned.contiguous(), [...shape.keys()].reverse()));
        const copied = run(view.contiguous(), axis, index, source);
        expect(await same.data()).toEqual(await copied.data());
      }
    }
  });
});

/** So many that threads share them; with rows of an index that is expanded. */
const MANY: readonly (readonly [readonly number[], readonly number[], axis: number, rows: boolean])[] = [
  [[40, 70], [1000, 70], 0, false],
  [[40, 70], [1000, 70], 0, true],
  [[70, 40], [70, 1000], 1, false],
  [[3, 20, 70], [2, 1000, 70], 1, false],
  [[12, 20, 70], [11, 100, 70], 1, true],
];

/** The operands of one of them. */
function operands([shape, indexShape, axis, rows]: (typeof MANY)[number], on: Device): Operands {
  const lines = indexShape.map((n, i) => (i === axis || !rows ? n : 1));
  const index = positions(lines, shape[axis] as number, on).expand([...indexShape]);
  return [small(shape, 'float32', 1, on), axis, index, small(indexShape, 'float32', 5, on)];
}

test('threads that share places do as one does', () => {
  for (const many of MANY) {
    for (const [name, [run]] of Object.entries(joins('float32'))) {
      const of = (on: Device) => run(...operands(many, on)).dataSync();
      expect(of(threaded), `${name} ${JSON.stringify(many)}`).toEqual(of(device));
    }
  }
});

test('what a lost thread has begun is done anew', () => {
  const memory = new LinearMemory([1024]);
  const pool = WorkerPool.late(memory, { threads: 1 });
  // Every chunk is done twice, as after the loss of the thread that had it.
  pool.run = (kernel, args, count, size) => {
    for (let start = 0; start < count; start += size) {
      for (const thread of [0, 0]) kernel.run(args, start, Math.min(start + size, count), thread);
    }
  };
  const backend = createWasmBackend({}, { memory, pool });
  const doubled = createDevice(backend, { memory: spillingMemory, deferral: deferredMaps });
  for (const many of MANY) {
    for (const [name, [run]] of Object.entries(joins('float32'))) {
      const of = (on: Device) => run(...operands(many, on)).dataSync();
      expect(of(doubled), `${name} ${JSON.stringify(many)}`).toEqual(of(device));
    }
  }
});

test('positions that there are not are told by threads that share the work', () => {
  const places = Int32Array.from({ length: 100_000 }, (_, i) => (i === 70_123 ? 300 : i % 300));
  const index = fromTyped(places, [1000, 100], { device: threaded });
  const x = zeros([300, 100], { device: threaded });
  const source = zeros([1000, 100], { device: threaded });
  expect(() => scatterAdd(x, 0, index, source)).toThrow(/got 300 at position 70123/);
  expect(() => scatterReduce(x, 0, index, source, 'amax')).toThrow(/got 300 at position 70123/);
});
