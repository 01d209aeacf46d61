import type { Tensor, Tier1 } from '@flambeau/core';
import { castTo, defineBinary, defineUnary, fmod, s } from '@flambeau/core';
import { describe, expect, test } from 'vitest';
import { expectClose, FLOATS, floats, INTEGERS, integers, NORMAL, pairs } from './scalar-values.ts';
import type { Target } from './targets.ts';
import { targets } from './targets.ts';

describe.each(targets)('every scalar operation of tier 1 on $name', ({ device, flushes, ulps }: Target) => {
  type Meaning = (a: number, b: number) => number;
  const { fround } = Math;
  const exact: Partial<Record<Tier1, Meaning>> = {
    add: (a, b) => a + b,
    sub: (a, b) => a - b,
    mul: (a, b) => a * b,
    div: (a, b) => a / b,
    neg: (a) => -a,
    abs: Math.abs,
    sqrt: Math.sqrt,
    floor: Math.floor,
    trunc: Math.trunc,
    eq: (a, b) => Number(a === b),
    ne: (a, b) => Number(a !== b),
    lt: (a, b) => Number(a < b),
    le: (a, b) => Number(a <= b),
    gt: (a, b) => Number(a > b),
    ge: (a, b) => Number(a >= b),
    max: Math.max,
    min: Math.min,
    isnan: (a) => Number(Number.isNaN(a)),
  };
  const close: Partial<Record<Tier1, Meaning>> = {
    exp: Math.exp,
    log: Math.log,
    sin: Math.sin,
    cos: Math.cos,
  };

  const build = (op: string): ((a: Tensor, b: Tensor) => Tensor) => {
    const rows = s as unknown as Readonly<Record<string, (...args: unknown[]) => ReturnType<typeof s.add>>>;
    const row = rows[op] as (...args: unknown[]) => ReturnType<typeof s.add>;
    if (row.length === 1) {
      const unary = defineUnary(op, (a) => row(a), { rule: 'typed' });
      return (a) => unary(a);
    }
    return defineBinary(op, (a, b) => row(a, b), { rule: 'typed' });
  };

  test.each(Object.entries(exact))('%s of float32 is right to the last bit', async (op, means) => {
    const [a, b] = pairs(flushes ? NORMAL : FLOATS);
    const found = await build(op)(floats(a, device), floats(b, device)).data();
    // WGSL does not say which of −0 and 0 is the greater.
    const value = (x: number): number => (flushes && (op === 'max' || op === 'min') ? x + 0 : x);
    const expected = a.map((x, i) => value(means(x, b[i] as number)));
    expectClose(Array.from(found, value), expected, { ulps: 0, flushes }, (i) => `${op}(${a[i]}, ${b[i]})`);
  });

  test.each(Object.entries(close))('%s of float32', async (op, means) => {
    const found = await build(op)(floats(FLOATS, device), floats(FLOATS, device)).data();
    expectClose(
      found,
      FLOATS.map((x) => means(x, x)),
      { ulps, flushes },
      (i) => `${op}(${FLOATS[i]})`,
    );
  });

  test('pow, which WebGPU leaves to the driver where it is ordinary', async () => {
    const [a, b] = pairs([Number.NaN, Infinity, -Infinity, 0, -0, 1, -1, 2, -2, 0.5, 3, -3, 2.5]);
    const found = await build('pow')(floats(a, device), floats(b, device)).data();
    const c99 = (x: number, y: number): number =>
      x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : x ** y;
    const expected = a.map((x, i) => c99(x, b[i] as number));
    expectClose(found, expected, { ulps: flushes ? 64 : 1, flushes }, (i) => `${a[i]} to the power ${b[i]}`);
  });

  const whole: Partial<Record<Tier1, Meaning>> = {
    add: (a, b) => a + b,
    sub: (a, b) => a - b,
    mul: Math.imul,
    div: (a, b) => (b === 0 ? 0 : Math.trunc(a / b)),
    neg: (a) => -a,
    abs: Math.abs,
    eq: (a, b) => Number(a === b),
    ne: (a, b) => Number(a !== b),
    lt: (a, b) => Number(a < b),
    le: (a, b) => Number(a <= b),
    gt: (a, b) => Number(a > b),
    ge: (a, b) => Number(a >= b),
    max: Math.max,
    min: Math.min,
    and: (a, b) => a & b,
    or: (a, b) => a | b,
    xor: (a, b) => a ^ b,
    isnan: () => 0,
  };

  test.each(Object.entries(whole))('%s of int32', async (op, means) => {
    const [a, b] = pairs(INTEGERS);
    const found = await build(op)(integers(a, device), integers(b, device)).data();
    expect(Array.from(found)).toEqual(a.map((x, i) => means(x, b[i] as number) | 0));
  });

  test('powers and remainders of int32', async () => {
    const [a, b] = pairs([0, 1, -1, 2, -2, 3, 7, -7, 31, 33]);
    const power = (x: number, y: number): bigint | number =>
      y < 0 ? (x === 0 ? 0 : Math.trunc(x ** y)) : BigInt.asIntN(32, BigInt(x) ** BigInt(y));
    const found = await build('pow')(integers(a, device), integers(b, device)).data();
    expect(Array.from(found)).toEqual(a.map((x, i) => Number(power(x, b[i] as number)) | 0));
    const rest = await fmod(integers(a, device), integers(b, device)).data();
    expect(Array.from(rest)).toEqual(a.map((x, i) => (b[i] === 0 ? 0 : (x % (b[i] as number)) | 0)));
  });

  test('casts', async () => {
    const inRange = [
      -2.7,
      -1,
      -0.5,
      0,
      -0,
      0.5,
      1,
      2.7,
      127,
      128,
      255,
      256,
      300.7,
      65_536,
      -129,
      Number.NaN,
    ].map(fround);
    const x = floats(inRange, device);
    expect(Array.from(await castTo(x, 'int32').data())).toEqual(inRange.map((v) => Math.trunc(v) | 0));
    expect(Array.from(await castTo(x, 'uint8').data())).toEqual(inRange.map((v) => Math.trunc(v) & 255));
    expect(Array.from(await castTo(x, 'int8').data())).toEqual(
      inRange.map((v) => (Math.trunc(v) << 24) >> 24),
    );
    expect(Array.from(await castTo(x, 'bool').data())).toEqual(inRange.map((v) => Number(v !== 0)));
    const n = integers(INTEGERS, device);
    expect(Array.from(await castTo(n, 'float32').data())).toEqual(INTEGERS.map(fround));
    expect(Array.from(await castTo(castTo(n, 'uint8'), 'float32').data())).toEqual(
      INTEGERS.map((v) => v & 255),
    );
    expect(Array.from(await castTo(castTo(n, 'int8'), 'int32').data())).toEqual(
      INTEGERS.map((v) => (v << 24) >> 24),
    );
    expect(Array.from(await castTo(castTo(n, 'bool'), 'float32').data())).toEqual(
      INTEGERS.map((v) => Number(v !== 0)),
    );
  });
});
