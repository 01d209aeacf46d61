import { describe, expect, test } from 'vitest';
import type { Expr } from './expression.ts';
import { f32, f64, i32 } from './expression.ts';
import { ModuleBuilder } from './module.ts';
import type { FloatLanes } from './vector.ts';
import { f32x4, f64x2, hasRelaxedSimd, i16x8, i32x4, i64x2, shuffle, shuffle32, v128 } from './vector.ts';

type Vector = Expr<'v128'>;

const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
const [A, B, C, RESULT] = [0, 16, 32, 64];

/** Runs an expression over three vectors and returns the sixteen bytes, or four of an i32, that it leaves. */
function evaluate(
  build: (a: Vector, b: Vector, c: Vector) => Expr,
  ...operands: readonly ArrayBufferView[]
): ArrayBuffer {
  const builder = new ModuleBuilder({ shared: false, maximumPages: 1 });
  builder.addFunction('run', [], (body) => {
    const at = (address: number): Vector => body.let(v128.load(i32.const(address)));
    body.store(i32.const(RESULT), build(at(A), at(B), at(C)));
  });
  const bytes = new Uint8Array(memory.buffer);
  for (const [i, x] of operands.entries()) bytes.set(new Uint8Array(x.buffer, x.byteOffset, 16), 16 * i);
  const { run } = new WebAssembly.Instance(new WebAssembly.Module(builder.encode()), { env: { memory } })
    .exports;
  (run as () => void)();
  return memory.buffer.slice(RESULT, RESULT + 16);
}

interface Case {
  readonly build: (a: Vector, b: Vector, c: Vector) => Expr;
  readonly means: (a: number, b: number, c: number) => number;
}

const roundEven = (a: number): number => (Math.abs(a % 1) === 0.5 ? 2 * Math.round(a / 2) : Math.round(a));
const ones = (value: boolean): number => (value ? -1 : 0);

/** One for each instruction that takes and gives lanes of floats, and for each comparison. */
function floatCases<T extends 'f32' | 'f64'>(
  lanes: FloatLanes<T>,
): { arithmetic: Record<string, Case>; comparison: Record<string, Case> } {
  return {
    arithmetic: {
      add: { build: lanes.add, means: (a, b) => a + b },
      sub: { build: lanes.sub, means: (a, b) => a - b },
      mul: { build: lanes.mul, means: (a, b) => a * b },
      div: { build: lanes.div, means: (a, b) => a / b },
      min: { build: lanes.min, means: (a, b) => Math.min(a, b) },
      max: { build: lanes.max, means: (a, b) => Math.max(a, b) },
      pmin: { build: lanes.pmin, means: (a, b) => [a, b][Number(b < a)] as number },
      pmax: { build: lanes.pmax, means: (a, b) => [a, b][Number(a < b)] as number },
      abs: { build: lanes.abs, means: Math.abs },
      neg: { build: lanes.neg, means: (a) => -a },
      sqrt: { build: lanes.sqrt, means: Math.sqrt },
      ceil: { build: lanes.ceil, means: Math.ceil },
      floor: { build: lanes.floor, means: Math.floor },
      trunc: { build: lanes.trunc, means: Math.trunc },
      nearest: { build: lanes.nearest, means: roundEven },
    },
    comparison: {
      eq: { build: lanes.eq, means: (a, b) => ones(a === b) },
      ne: { build: lanes.ne, means: (a, b) => ones(a !== b) },
      lt: { build: lanes.lt, means: (a, b) => ones(a < b) },
      gt: { build: lanes.gt, means: (a, b) => ones(a > b) },
      le: { build: lanes.le, means: (a, b) => ones(a <= b) },
      ge: { build: lanes.ge, means: (a, b) => ones(a >= b) },
    },
  };
}

const integer: Record<string, Case> = {
  add: { build: i32x4.add, means: (a, b) => (a + b) | 0 },
  sub: { build: i32x4.sub, means: (a, b) => (a - b) | 0 },
  mul: { build: i32x4.mul, means: Math.imul },
  minS: { build: i32x4.minS, means: (a, b) => Math.min(a, b) },
  maxS: { build: i32x4.maxS, means: (a, b) => Math.max(a, b) },
  abs: { build: i32x4.abs, means: (a) => Math.abs(a) | 0 },
  neg: { build: i32x4.neg, means: (a) => -a | 0 },
  eq: { build: i32x4.eq, means: (a, b) => ones(a === b) },
  ne: { build: i32x4.ne, means: (a, b) => ones(a !== b) },
  ltS: { build: i32x4.ltS, means: (a, b) => ones(a < b) },
  gtS: { build: i32x4.gtS, means: (a, b) => ones(a > b) },
  leS: { build: i32x4.leS, means: (a, b) => ones(a <= b) },
  geS: { build: i32x4.geS, means: (a, b) => ones(a >= b) },
  shl: { build: (a) => i32x4.shl(a, i32.const(3)), means: (a) => a << 3 },
  shrS: { build: (a) => i32x4.shrS(a, i32.const(3)), means: (a) => a >> 3 },
  shrU: { build: (a) => i32x4.shrU(a, i32.const(3)), means: (a) => (a >>> 3) | 0 },
  not: { build: v128.not, means: (a) => ~a },
  and: { build: v128.and, means: (a, b) => a & b },
  andnot: { build: v128.andnot, means: (a, b) => a & ~b },
  or: { build: v128.or, means: (a, b) => a | b },
  xor: { build: v128.xor, means: (a, b) => a ^ b },
  bitselect: { build: v128.bitselect, means: (a, b, c) => (a & c) | (b & ~c) },
};

const FLOATS: readonly (readonly [number, number])[] = [
  [1.5, 2],
  [-2.5, 2.5],
  [0, -0],
  [-0, 0],
  [Number.NaN, 1],
  [1, Number.NaN],
  [Infinity, 1],
  [-Infinity, Infinity],
  [2.5, 0.5],
  [-3.5, 4],
  [0.5, 0.25],
  [-0.75, 8],
];
const INTEGERS: readonly (readonly [number, number])[] = [
  [7, 3],
  [-7, 3],
  [2 ** 31 - 1, 33],
  [-(2 ** 31), 2],
  [-1, 1],
  [0, -5],
  [12345, -98765],
  [5, 5],
];

/** Groups pairs by the number of lanes. */
function* groups<T>(pairs: readonly T[], lanes: number): Generator<readonly T[]> {
  for (let i = 0; i < pairs.length; i += lanes) yield pairs.slice(i, i + lanes);
}

describe('f32x4', () => {
  const { arithmetic, comparison } = floatCases(f32x4);

  test.each(Object.entries(arithmetic))('%s', (_name, { build, means }) => {
    for (const group of groups(FLOATS, 4)) {
      const [a, b] = [Float32Array.from(group, ([x]) => x), Float32Array.from(group, ([, y]) => y)];
      const found = new Float32Array(evaluate(build, a, b));
      expect([...found]).toEqual(group.map(([x, y]) => Math.fround(means(x, y, 0))));
    }
  });

  test.each(Object.entries(comparison))('%s', (_name, { build, means }) => {
    for (const group of groups(FLOATS, 4)) {
      const [a, b] = [Float32Array.from(group, ([x]) => x), Float32Array.from(group, ([, y]) => y)];
      expect([...new Int32Array(evaluate(build, a, b))]).toEqual(group.map(([x, y]) => means(x, y, 0)));
    }
  });

  test('splat, extractLane and conversions', () => {
    expect([...new Float32Array(evaluate(() => f32x4.splat(f32.const(1.5))))]).toEqual([1.5, 1.5, 1.5, 1.5]);
    const x = Float32Array.of(1, 2, 3, 4);
    expect(new Float32Array(evaluate((a) => f32x4.extractLane(a, 2), x))[0]).toBe(3);
    const replaced = evaluate((a) => f32x4.replaceLane(a, 2, f32.const(7)), x);
    expect([...new Float32Array(replaced)]).toEqual([1, 2, 7, 4]);
    const n = Int32Array.of(-3, 0, 2 ** 24, 7);
    expect([...new Float32Array(evaluate(f32x4.convertI32x4S, n))]).toEqual([...n]);
    const d = Float64Array.of(0.1, -1e300);
    expect([...new Float32Array(evaluate(f32x4.demoteF64x2Zero, d))]).toEqual([
      Math.fround(0.1),
      -Infinity,
      0,
      0,
    ]);
  });
});

describe('f64x2', () => {
  const { arithmetic, comparison } = floatCases(f64x2);

  test.each(Object.entries(arithmetic))('%s', (_name, { build, means }) => {
    for (const group of groups(FLOATS, 2)) {
      const [a, b] = [Float64Array.from(group, ([x]) => x), Float64Array.from(group, ([, y]) => y)];
      expect([...new Float64Array(evaluate(build, a, b))]).toEqual(group.map(([x, y]) => means(x, y, 0)));
    }
  });

  test.each(Object.entries(comparison))('%s', (_name, { build, means }) => {
    for (const group of groups(FLOATS, 2)) {
      const [a, b] = [Float64Array.from(group, ([x]) => x), Float64Array.from(group, ([, y]) => y)];
      const found = [...new BigInt64Array(evaluate(build, a, b))].map(Number);
      expect(found).toEqual(group.map(([x, y]) => means(x, y, 0)));
    }
  });

  test('splat, extractLane and conversions', () => {
    expect([...new Float64Array(evaluate(() => f64x2.splat(f64.const(0.1))))]).toEqual([0.1, 0.1]);
    expect(new Float64Array(evaluate((a) => f64x2.extractLane(a, 1), Float64Array.of(1, 2)))[0]).toBe(2);
    const replaced = evaluate((a) => f64x2.replaceLane(a, 1, f64.const(7)), Float64Array.of(1, 2));
    expect([...new Float64Array(replaced)]).toEqual([1, 7]);
    const n = Int32Array.of(-3, 9, 1, 1);
    expect([...new Float64Array(evaluate(f64x2.convertLowI32x4S, n))]).toEqual([-3, 9]);
    const x = Float32Array.of(0.1, -2, 5, 5);
    expect([...new Float64Array(evaluate(f64x2.promoteLowF32x4, x))]).toEqual([Math.fround(0.1), -2]);
  });
});

describe('i32x4 and bits', () => {
  test.each(Object.entries(integer))('%s', (_name, { build, means }) => {
    for (const group of groups(INTEGERS, 4)) {
      const [a, b] = [Int32Array.from(group, ([x]) => x), Int32Array.from(group, ([, y]) => y)];
      const c = Int32Array.of(0x0f0f0f0f, -1, 0, 0x12345678);
      const found = [...new Int32Array(evaluate(build, a, b, c))];
      expect(found).toEqual(group.map(([x, y], i) => means(x, y, c[i] as number)));
    }
  });

  test('splat, extractLane, tests of all lanes and conversions', () => {
    const x = Int32Array.of(1, -2, 3, 0);
    const word = (build: (a: Vector) => Expr, a: ArrayBufferView): number =>
      new Int32Array(evaluate(build, a))[0] as number;
    expect([...new Int32Array(evaluate(() => i32x4.splat(i32.const(-9))))]).toEqual([-9, -9, -9, -9]);
    expect(word((a) => i32x4.extractLane(a, 1), x)).toBe(-2);
    const replaced = evaluate((a) => i32x4.replaceLane(a, 3, i32.const(7)), x);
    expect([...new Int32Array(replaced)]).toEqual([1, -2, 3, 7]);
    expect([word(i32x4.allTrue, x), word(i32x4.allTrue, Int32Array.of(1, 2, 3, 4))]).toEqual([0, 1]);
    expect([word(v128.anyTrue, x), word(v128.anyTrue, new Int32Array(4))]).toEqual([1, 0]);
    expect(word(i32x4.bitmask, Int32Array.of(-1, 5, -3, -4))).toBe(0b1101);
    const f = Float32Array.of(1.9, -1.9, Number.NaN, 1e30);
    expect([...new Int32Array(evaluate(i32x4.truncSatF32x4S, f))]).toEqual([1, -1, 0, 2 ** 31 - 1]);
    const d = Float64Array.of(-2.5, -1e300);
    expect([...new Int32Array(evaluate(i32x4.truncSatF64x2SZero, d))]).toEqual([-2, -(2 ** 31), 0, 0]);
  });

  test('bytes are extended to lanes of 16 and of 32 bits', () => {
    const bytes = Int8Array.from({ length: 16 }, (_, i) => (i % 2 === 0 ? i : -i));
    const lanes = (build: (a: Vector) => Vector): number[] => [...new Int32Array(evaluate(build, bytes))];
    expect(lanes((a) => i32x4.extendLowI16x8S(i16x8.extendLowI8x16S(a)))).toEqual([0, -1, 2, -3]);
    expect(lanes((a) => i32x4.extendLowI16x8U(i16x8.extendLowI8x16U(a)))).toEqual([0, 255, 2, 253]);
    expect(lanes((a) => i32x4.extendLowI16x8U(i16x8.extendLowI8x16S(a)))).toEqual([0, 0xffff, 2, 0xfffd]);
  });

  test('lanes of 64 bits', () => {
    const [a, b] = [[2n ** 40n, -5n] as const, [2n ** 33n + 1n, -(2n ** 60n)] as const];
    const lanes = (build: (a: Vector, b: Vector) => Vector): bigint[] => [
      ...new BigInt64Array(evaluate(build, BigInt64Array.from(a), BigInt64Array.from(b))),
    ];
    expect(lanes(i64x2.add)).toEqual([a[0] + b[0], a[1] + b[1]]);
    expect(lanes(i64x2.sub)).toEqual([a[0] - b[0], a[1] - b[1]]);
    expect(lanes((x) => i64x2.shl(x, i32.const(20)))).toEqual([2n ** 60n, -5n << 20n]);
    expect(lanes((x) => i64x2.shrU(x, i32.const(40)))).toEqual([1n, 2n ** 24n - 1n]);
  });

  test('shuffles', () => {
    const [a, b] = [Int32Array.of(0, 1, 2, 3), Int32Array.of(4, 5, 6, 7)];
    expect([...new Int32Array(evaluate((x, y) => shuffle32(x, y, [7, 0, 5, 2]), a, b))]).toEqual([
      7, 0, 5, 2,
    ]);
    const bytes = Uint8Array.from({ length: 16 }, (_, i) => i);
    const reverse = [...bytes].reverse();
    expect([...new Uint8Array(evaluate((x) => shuffle(x, x, reverse), bytes))]).toEqual(reverse);
    expect(() => shuffle(v128.const(bytes), v128.const(bytes), [32])).toThrow('expected 16 numbers below 32');
  });
});

describe('loads and stores', () => {
  const x = Int32Array.of(10, 20, 30, 40);

  test.each<[string, Vector, readonly number[]]>([
    ['load at an offset', v128.load(i32.const(A), 4), [20, 30, 40, 10]],
    ['load32Splat', v128.load32Splat(i32.const(A), 8), [30, 30, 30, 30]],
    ['load64Splat', v128.load64Splat(i32.const(A), 8), [30, 40, 30, 40]],
    ['load32Zero', v128.load32Zero(i32.const(A), 4), [20, 0, 0, 0]],
    ['load64Zero', v128.load64Zero(i32.const(A)), [10, 20, 0, 0]],
    ['load32Lane', v128.load32Lane(v128.load(i32.const(A)), 2, i32.const(A), 4), [10, 20, 20, 40]],
    ['const', v128.const(new Uint8Array(x.buffer)), [10, 20, 30, 40]],
  ])('%s', (_name, value, expected) => {
    expect([...new Int32Array(evaluate(() => value, x, x))]).toEqual(expected);
  });

  test('store32Lane writes one lane', () => {
    const builder = new ModuleBuilder({ shared: false, maximumPages: 1 });
    builder.addFunction('run', [], (body) =>
      body.store32Lane(i32.const(RESULT), v128.load(i32.const(A)), 2, 4),
    );
    const words = new Int32Array(memory.buffer);
    words.set(x, A / 4);
    words.set([1, 2, 3], RESULT / 4);
    const module = new WebAssembly.Module(builder.encode());
    (new WebAssembly.Instance(module, { env: { memory } }).exports['run'] as () => void)();
    expect([...words.subarray(RESULT / 4, RESULT / 4 + 3)]).toEqual([1, 30, 3]);
  });
});

test.runIf(hasRelaxedSimd())('relaxed multiply-adds round once or twice', () => {
  const [a, b, c] = [1 + 2 ** -12, 1 + 2 ** -12, -1];
  const once = Math.fround(a * b + c);
  const twice = Math.fround(Math.fround(a * b) + c);
  const of = (x: number): Float32Array => new Float32Array(4).fill(x);
  const [found] = new Float32Array(evaluate(f32x4.relaxedMadd, of(a), of(b), of(c)));
  expect([once, twice]).toContain(found);
  const [negative] = new Float32Array(evaluate(f32x4.relaxedNmadd, of(a), of(b), of(-c)));
  expect([-once, -twice]).toContain(negative);
  const wide = (x: number): Float64Array => new Float64Array(2).fill(x);
  expect(new Float64Array(evaluate(f64x2.relaxedMadd, wide(3), wide(5), wide(-1)))[0]).toBe(14);
  expect(new Float64Array(evaluate(f64x2.relaxedNmadd, wide(3), wide(5), wide(-1)))[0]).toBe(-16);
});
