import { describe, expect, test } from 'vitest';
import { i32 } from '../../emit/expression.ts';
import { call } from '../../emit/function.ts';
import { ModuleBuilder } from '../../emit/module.ts';
import { v128 } from '../../emit/vector.ts';
import type { LaneCount } from './context.ts';
import { Constants } from './context.ts';
import { vectorFunctions } from './functions.ts';

const PAGES = 256;
const memory = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES });

/** A function over arrays of float32, four at a time or one. */
function compile(name: string, lanes: LaneCount): (...args: readonly Float32Array[]) => Float32Array {
  const builder = new ModuleBuilder({ shared: false, maximumPages: PAGES });
  const imports = {
    sin: builder.importFunction('math', 'sin', ['f32'], 'f32'),
    cos: builder.importFunction('math', 'cos', ['f32'], 'f32'),
  };
  builder.addFunction('run', ['i32', 'i32', 'i32', 'i32'], (body, x, y, z, end) => {
    const constants = new Constants(body);
    const imported = (function_: 'sin' | 'cos', value: Parameters<typeof call>[1]) =>
      call(imports[function_], value as never);
    const of = vectorFunctions[name]?.({ body, constants, lanes, imported });
    constants.close();
    const load = lanes === 4 ? v128.load : v128.load32Splat;
    body.while(i32.ltU(z, end), () => {
      const value = of?.(body.let(load(x)), body.let(load(y))) ?? load(x);
      if (lanes === 4) body.store(z, value);
      else body.store32Lane(z, value, 0);
      for (const cursor of [x, y, z]) body.advance(cursor, 4 * lanes);
    });
  });
  const module = new WebAssembly.Module(builder.encode());
  const { run } = new WebAssembly.Instance(module, {
    env: { memory },
    math: { sin: Math.sin, cos: Math.cos },
  }).exports as { run: (x: number, y: number, z: number, end: number) => void };
  return (a, b = a) => {
    const size = 4 * Math.ceil(a.length / 4);
    const floats = new Float32Array(memory.buffer);
    floats.set(a, 0);
    floats.set(b, size);
    run(0, 4 * size, 8 * size, 8 * size + 4 * a.length);
    return floats.slice(2 * size, 2 * size + a.length);
  };
}

const bits = new Int32Array(1);
const float = new Float32Array(bits.buffer);

/** Distance of a result from the exact value, in units in its last place; Infinity where a special value is missed. */
function errorOf(found: number, exact: number): number {
  const rounded = Math.fround(exact);
  if (Number.isNaN(exact) || Math.abs(rounded) === Infinity || rounded === 0)
    return Object.is(found, rounded) ? 0 : Infinity;
  float[0] = rounded;
  const unit = 2 ** (Math.max(((bits[0] as number) >>> 23) & 255, 1) - 150);
  return Math.abs(found - exact) / unit;
}

const BIG = 3.4028234663852886e38;
const SPECIAL: readonly number[] = [
  ...[0, 1, 0.5, 2, 3, 4, 1e-3, 1e-7, 2 ** -25, 2 ** -24, 2 ** -126, 1e-40, 2 ** -149, BIG, 1e30, Infinity],
  ...[88.7, 88.73, 87.3, 103.2, 103.98, 150, 9, 20, 0.999, 1.001, 1e6, 1.1e6, 2 ** 24, 1.5, 2.5, 1e10, 0.75],
].flatMap((x) => [Math.fround(x), Math.fround(-x)]);

/** Special numbers, and one in 10,739 of all that there are. */
const EVERYWHERE: Float32Array = Float32Array.from([
  ...SPECIAL,
  ...new Float32Array(Int32Array.from({ length: 399_000 }, (_, i) => i * 10_739 + 7).buffer),
]);

/** Numbers around one, close together. */
const NEAR = (from: number, to: number): Float32Array =>
  Float32Array.from({ length: 100_003 }, (_, i) => from + ((to - from) * i) / 100_003);

type Meaning = (x: number, y: number) => number;

/** The error function by its series, or by the continued fraction of erfc (W. B. Jones and W. J. Thron, 1980). */
function erf(x: number): number {
  const a = Math.abs(x);
  if (a < 2.5) {
    let term = x;
    let sum = x;
    for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
      term *= (-x * x) / n;
      sum += term / (2 * n + 1);
    }
    return (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = 0;
  for (let n = 60; n > 0; n--) fraction = n / 2 / (a + fraction);
  const rest = a > 30 ? 0 : Math.exp(-a * a) / (Math.sqrt(Math.PI) * (a + fraction));
  return Number.isNaN(x) ? x : Math.sign(x) * (1 - rest);
}

const unary: Readonly<Record<string, Meaning>> = {
  exp: Math.exp,
  expm1: Math.expm1,
  tanh: Math.tanh,
  log: Math.log,
  log1p: Math.log1p,
  sin: Math.sin,
  cos: Math.cos,
  erf,
};

const pow: Meaning = (x, y) => (x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : x ** y);

/** Half a unit is lost by rounding even the exact value. */
const ALLOWED = 0.56;

function worst(found: Float32Array, means: Meaning, x: Float32Array, y: Float32Array): [number, string] {
  let largest: [number, string] = [0, ''];
  for (let i = 0; i < x.length; i++) {
    const exact = means(x[i] as number, y[i] as number);
    const error = errorOf(found[i] as number, exact);
    if (error > largest[0]) largest = [error, `of ${x[i]}, ${y[i]}: got ${found[i]}, expected ${exact}`];
  }
  return largest;
}

describe.each(Object.entries(unary))('%s of float32', (name, means) => {
  test('is within 0.56 units of the last place, everywhere', () => {
    const of = compile(name, 4);
    for (const x of [EVERYWHERE, NEAR(-2, 2), NEAR(-110, 110), NEAR(0, 1e-6), NEAR(0.99, 1.01)]) {
      const [error, where] = worst(of(x), means, x, x);
      expect(error, where).toBeLessThan(ALLOWED);
    }
  });

  test('of one element is the same, bit for bit', () => {
    expect(compile(name, 1)(EVERYWHERE)).toEqual(compile(name, 4)(EVERYWHERE));
  });
});

describe('pow of float32', () => {
  const pairs = (values: readonly number[]): [Float32Array, Float32Array] => [
    Float32Array.from(values.flatMap((x) => values.map(() => x))),
    Float32Array.from(values.flatMap(() => values)),
  ];

  test('has the special cases of C', () => {
    const [x, y] = pairs([...SPECIAL, Number.NaN, 5, -5, 2 ** 24 + 2, 2 ** 23 + 1, -(2 ** 23) - 1, 1 / 3]);
    const [error, where] = worst(compile('pow', 4)(x, y), pow, x, y);
    expect(error, where).toBeLessThan(ALLOWED);
    expect(compile('pow', 1)(x, y)).toEqual(compile('pow', 4)(x, y));
  });

  test('is within 0.56 units of the last place of ordinary numbers', () => {
    for (const [base, exponent] of [
      [NEAR(0, 4), NEAR(-30, 30)],
      [NEAR(0.9, 1.1), NEAR(-900, 900)],
      [NEAR(-3, -0.1), Float32Array.from(NEAR(-40, 40), Math.round)],
      [NEAR(0, 1e20), NEAR(-2, 1.9)],
    ] as const) {
      const [error, where] = worst(compile('pow', 4)(base, exponent), pow, base, exponent);
      expect(error, where).toBeLessThan(ALLOWED);
    }
  });
});
