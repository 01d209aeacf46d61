import { describe, expect, test } from 'vitest';
import type { Expr, F32, F64, I32, ValueType } from './expression.ts';
import { f32, f64, i32, select } from './expression.ts';
import { ModuleBuilder } from './module.ts';

const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
const data = new DataView(memory.buffer);

const RESULT = 64;

/** Runs one expression over operands of one type and returns its value. The engine validates the module. */
function evaluate<A extends ValueType>(
  type: A,
  build: (a: Expr<A>, b: Expr<A>) => Expr,
  a: number,
  b: number,
): number {
  const builder = new ModuleBuilder({ shared: false, maximumPages: 1 });
  const result: ValueType[] = [];
  builder.addFunction('run', [type, type], (body, left, right) => {
    const value = build(left, right);
    result.push(value.type);
    body.store(i32.const(RESULT), value);
  });
  const { run } = new WebAssembly.Instance(new WebAssembly.Module(builder.encode()), { env: { memory } })
    .exports;
  (run as (a: number, b: number) => void)(a, b);
  if (result[0] === 'f64') return data.getFloat64(RESULT, true);
  return result[0] === 'f32' ? data.getFloat32(RESULT, true) : data.getInt32(RESULT, true);
}

/** What an instruction does, in JavaScript. */
interface Case<A extends ValueType> {
  readonly build: (a: Expr<A>, b: Expr<A>) => Expr;
  readonly means: (a: number, b: number) => number;
}

/** One for every instruction; conversions between types are tested apart. */
type Cases<Table, A extends ValueType> = { readonly [K in keyof Table]: Case<A> | null };

const bits = (value: number): number => new Int32Array(Float32Array.of(value).buffer)[0] as number;
const INTEGERS = [
  [7, 3],
  [-7, 3],
  [7, -3],
  [0, 5],
  [-1, 1],
  [2 ** 31 - 1, 33],
  [-(2 ** 31), 2],
  [200, 200],
] as const;
const FLOATS = [
  [1.5, 2],
  [-2.5, 2.5],
  [0, -0],
  [-0, 0],
  [Number.NaN, 1],
  [1, Number.NaN],
  [Infinity, 1],
  [-Infinity, Infinity],
  [2.5, 0.5],
  [-3.5, 1e-40],
  [1e30, 1e30],
  [0.1, 0.2],
] as const;

data.setInt32(0, -70_000, true);
data.setUint8(8, 200);
data.setFloat32(16, 0.1, true);
data.setFloat64(24, 0.1, true);

const integer: Cases<I32, 'i32'> = {
  add: { build: i32.add, means: (a, b) => (a + b) | 0 },
  sub: { build: i32.sub, means: (a, b) => (a - b) | 0 },
  mul: { build: i32.mul, means: Math.imul },
  divS: { build: i32.divS, means: (a, b) => Math.trunc(a / b) | 0 },
  divU: { build: i32.divU, means: (a, b) => Math.trunc((a >>> 0) / (b >>> 0)) | 0 },
  remS: { build: i32.remS, means: (a, b) => (a % b) | 0 },
  remU: { build: i32.remU, means: (a, b) => ((a >>> 0) % (b >>> 0)) | 0 },
  and: { build: i32.and, means: (a, b) => a & b },
  or: { build: i32.or, means: (a, b) => a | b },
  xor: { build: i32.xor, means: (a, b) => a ^ b },
  shl: { build: i32.shl, means: (a, b) => a << b },
  shrS: { build: i32.shrS, means: (a, b) => a >> b },
  shrU: { build: i32.shrU, means: (a, b) => (a >>> b) | 0 },
  eq: { build: i32.eq, means: (a, b) => Number(a === b) },
  ne: { build: i32.ne, means: (a, b) => Number(a !== b) },
  ltS: { build: i32.ltS, means: (a, b) => Number(a < b) },
  ltU: { build: i32.ltU, means: (a, b) => Number(a >>> 0 < b >>> 0) },
  gtS: { build: i32.gtS, means: (a, b) => Number(a > b) },
  gtU: { build: i32.gtU, means: (a, b) => Number(a >>> 0 > b >>> 0) },
  leS: { build: i32.leS, means: (a, b) => Number(a <= b) },
  leU: { build: i32.leU, means: (a, b) => Number(a >>> 0 <= b >>> 0) },
  geS: { build: i32.geS, means: (a, b) => Number(a >= b) },
  geU: { build: i32.geU, means: (a, b) => Number(a >>> 0 >= b >>> 0) },
  clz: { build: i32.clz, means: Math.clz32 },
  ctz: { build: i32.ctz, means: (a) => (a === 0 ? 32 : 31 - Math.clz32(a & -a)) },
  popcnt: { build: i32.popcnt, means: (a) => (a >>> 0).toString(2).replaceAll('0', '').length },
  extend8S: { build: i32.extend8S, means: (a) => (a << 24) >> 24 },
  extend16S: { build: i32.extend16S, means: (a) => (a << 16) >> 16 },
  eqz: { build: i32.eqz, means: (a) => Number(a === 0) },
  const: { build: (a) => i32.sub(a, i32.const(-123456)), means: (a) => (a + 123456) | 0 },
  load: { build: () => i32.load(i32.const(0)), means: () => -70_000 },
  load8U: { build: () => i32.load8U(i32.const(5), 3), means: () => 200 },
  load8S: { build: () => i32.load8S(i32.const(8)), means: () => -56 },
  truncSatF32S: null,
  truncSatF64S: null,
  reinterpretF32: null,
};

const { fround } = Math;
const roundEven = (a: number): number => (Math.abs(a % 1) === 0.5 ? 2 * Math.round(a / 2) : Math.round(a));

const single: Cases<F32, 'f32'> = {
  add: { build: f32.add, means: (a, b) => fround(a + b) },
  sub: { build: f32.sub, means: (a, b) => fround(a - b) },
  mul: { build: f32.mul, means: (a, b) => fround(a * b) },
  div: { build: f32.div, means: (a, b) => fround(a / b) },
  min: { build: f32.min, means: Math.min },
  max: { build: f32.max, means: Math.max },
  copysign: {
    build: f32.copysign,
    means: (a, b) => (Object.is(Math.sign(b), -0) || b < 0 ? -Math.abs(a) : Math.abs(a)),
  },
  eq: { build: f32.eq, means: (a, b) => Number(a === b) },
  ne: { build: f32.ne, means: (a, b) => Number(a !== b) },
  lt: { build: f32.lt, means: (a, b) => Number(a < b) },
  gt: { build: f32.gt, means: (a, b) => Number(a > b) },
  le: { build: f32.le, means: (a, b) => Number(a <= b) },
  ge: { build: f32.ge, means: (a, b) => Number(a >= b) },
  abs: { build: f32.abs, means: Math.abs },
  neg: { build: f32.neg, means: (a) => -a },
  ceil: { build: f32.ceil, means: Math.ceil },
  floor: { build: f32.floor, means: Math.floor },
  trunc: { build: f32.trunc, means: Math.trunc },
  nearest: { build: f32.nearest, means: roundEven },
  sqrt: { build: f32.sqrt, means: (a) => fround(Math.sqrt(a)) },
  const: { build: (a) => f32.add(a, f32.const(0.1)), means: (a) => fround(a + fround(0.1)) },
  load: { build: () => f32.load(i32.const(12), 4), means: () => fround(0.1) },
  convertI32S: null,
  demoteF64: null,
  reinterpretI32: null,
};

const double: Cases<F64, 'f64'> = {
  add: { build: f64.add, means: (a, b) => a + b },
  sub: { build: f64.sub, means: (a, b) => a - b },
  mul: { build: f64.mul, means: (a, b) => a * b },
  div: { build: f64.div, means: (a, b) => a / b },
  min: { build: f64.min, means: Math.min },
  max: { build: f64.max, means: Math.max },
  copysign: {
    build: f64.copysign,
    means: (a, b) => (Object.is(Math.sign(b), -0) || b < 0 ? -Math.abs(a) : Math.abs(a)),
  },
  eq: { build: f64.eq, means: (a, b) => Number(a === b) },
  ne: { build: f64.ne, means: (a, b) => Number(a !== b) },
  lt: { build: f64.lt, means: (a, b) => Number(a < b) },
  gt: { build: f64.gt, means: (a, b) => Number(a > b) },
  le: { build: f64.le, means: (a, b) => Number(a <= b) },
  ge: { build: f64.ge, means: (a, b) => Number(a >= b) },
  abs: { build: f64.abs, means: Math.abs },
  neg: { build: f64.neg, means: (a) => -a },
  ceil: { build: f64.ceil, means: Math.ceil },
  floor: { build: f64.floor, means: Math.floor },
  trunc: { build: f64.trunc, means: Math.trunc },
  nearest: { build: f64.nearest, means: roundEven },
  sqrt: { build: f64.sqrt, means: Math.sqrt },
  const: { build: (a) => f64.add(a, f64.const(0.1)), means: (a) => a + 0.1 },
  load: { build: () => f64.load(i32.const(24)), means: () => 0.1 },
  convertI32S: null,
  promoteF32: null,
};

function runCases<A extends ValueType>(
  type: A,
  cases: Readonly<Record<string, Case<A> | null>>,
  operands: readonly (readonly [number, number])[],
): void {
  for (const [name, own] of Object.entries(cases)) {
    if (!own) continue;
    test(`${type}.${name}`, () => {
      for (const [a, b] of operands) {
        const [x, y] = type === 'f32' ? [fround(a), fround(b)] : [a, b];
        expect(evaluate(type, own.build, x, y), `of ${x} and ${y}`).toBe(own.means(x, y));
      }
    });
  }
}

describe('i32', () => {
  runCases('i32', integer, INTEGERS);

  test('division by zero traps', () => {
    expect(() => evaluate('i32', i32.divS, 1, 0)).toThrow(WebAssembly.RuntimeError);
  });
});

describe('f32', () => runCases('f32', single, FLOATS));
describe('f64', () => runCases('f64', double, FLOATS));

describe('conversions', () => {
  test('floats to integers truncate and saturate', () => {
    for (const [x, y] of [
      [-2.7, -2],
      [2.7, 2],
      [3e9, 2 ** 31 - 1],
      [-Infinity, -(2 ** 31)],
      [Number.NaN, 0],
    ] as const) {
      expect(evaluate('f32', i32.truncSatF32S, x, 0)).toBe(y);
      expect(evaluate('f64', i32.truncSatF64S, x, 0)).toBe(y);
    }
  });

  test('integers to floats round to nearest', () => {
    expect(evaluate('i32', f32.convertI32S, 16_777_217, 0)).toBe(16_777_216);
    expect(evaluate('i32', f64.convertI32S, -16_777_217, 0)).toBe(-16_777_217);
  });

  test('between the widths of floats', () => {
    expect(evaluate('f64', f32.demoteF64, 0.1, 0)).toBe(fround(0.1));
    expect(evaluate('f32', f64.promoteF32, fround(0.1), 0)).toBe(fround(0.1));
  });

  test('bits stay bits', () => {
    for (const x of [1, -0, 1e-40, Infinity]) {
      expect(evaluate('f32', i32.reinterpretF32, x, 0)).toBe(bits(x));
      expect(evaluate('i32', f32.reinterpretI32, bits(x), 0)).toBe(fround(x));
    }
  });
});

test('select takes the first value where the condition is not 0', () => {
  expect(evaluate('f32', (a, b) => select(f32.lt(a, b), a, b), 1, 2)).toBe(1);
  expect(evaluate('f32', (a, b) => select(f32.lt(a, b), a, b), 3, 2)).toBe(2);
});

test('the value types are checked before the engine sees them', () => {
  // @ts-expect-error an i32 is no f32
  expect(() => evaluate('f32', () => f32.add(i32.const(1), f32.const(1)), 0, 0)).toThrow(
    WebAssembly.CompileError,
  );
});
