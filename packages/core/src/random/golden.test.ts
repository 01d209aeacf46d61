// Against PyTorch 1.13: golden/pytorch.json is printed by tests/golden/random-numbers.py.
import { describe, expect, test } from 'vitest';
import { allocTyped, type DType, type TypedArray } from '../dtype.ts';
import type { FloatArray } from './arrays.ts';
import golden from './golden/pytorch.json' with { type: 'json' };
import {
  drawMultinomial,
  fillBernoulli,
  fillBernoulliFrom,
  fillExponential,
  fillNormal,
  fillRandint,
  fillRandom,
  fillRandperm,
  fillUniform,
  type Generator,
  Mt19937,
} from './index.ts';

interface Entry {
  readonly op: string;
  readonly dtype: string;
  readonly args: readonly (number | boolean)[];
  readonly size: number;
  readonly crc?: number;
  readonly values?: string;
  readonly state: number;
  readonly pending: number | null;
}

const NORMAL_Y = 5024;
// The last bits of log, sin and cos differ between C libraries and JavaScript engines.
const LIBM_TOLERANCE = 4e-15;

function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (-(crc & 1) & 0xedb8_8320);
  }
  return ~crc >>> 0;
}

function bytesOf(values: TypedArray): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function ramp(dtype: string, size: number): FloatArray {
  const out = dtype === 'float32' ? new Float32Array(size) : new Float64Array(size);
  return out.map((_, i) => i / size);
}

function draw(generator: Generator, { op, dtype, args, size }: Entry): TypedArray {
  const out = allocTyped(dtype as DType, size);
  const [a, b] = args.map(Number);
  switch (op) {
    case 'uniform':
      fillUniform(generator, out as FloatArray, a, b);
      return out;
    case 'normal':
      fillNormal(generator, out as FloatArray, a, b);
      return out;
    case 'exponential':
      fillExponential(generator, out as FloatArray, a);
      return out;
    case 'randint':
      fillRandint(generator, out, a ?? Number.NaN, b ?? Number.NaN);
      return out;
    case 'random':
      if (dtype === 'bool') fillRandint(generator, out, 0, 2);
      else fillRandom(generator, out);
      return out;
    case 'randperm':
      fillRandperm(generator, out);
      return out;
    case 'bernoulli':
      fillBernoulli(generator, out, a ?? Number.NaN);
      return out;
    case 'bernoulliFrom':
      fillBernoulliFrom(generator, out, ramp(dtype, size));
      return out;
    case 'multinomial':
      return drawMultinomial(generator, ramp(dtype, size), 1, {
        samples: a ?? Number.NaN,
        replacement: args[1] === true,
      });
  }
  throw new Error(`no function for ${op}`);
}

/** The stored values as the dtype that was drawn. */
function decode(base64: string, like: TypedArray): number[] {
  const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  return Array.from(
    like instanceof Float32Array ? new Float32Array(bytes.buffer) : new Float64Array(bytes.buffer),
  );
}

function check(generator: Generator, entry: Entry, title: string): void {
  const values = draw(generator, entry);
  if (entry.crc !== undefined) {
    expect(crc32(bytesOf(values)), title).toBe(entry.crc);
  } else {
    const expected = decode(entry.values ?? '', values);
    expect(values.length, title).toBe(expected.length);
    const step = values instanceof Float32Array ? 2 ** -24 : LIBM_TOLERANCE;
    expected.forEach((value, i) => {
      const error = Math.abs((values[i] ?? Number.NaN) - value);
      expect(error, `${title}, element ${i}`).toBeLessThanOrEqual(step * Math.max(1, Math.abs(value)));
    });
  }
  const state = generator.getState();
  state.fill(0, NORMAL_Y, NORMAL_Y + 8);
  expect(crc32(state), `${title}, state afterwards`).toBe(entry.state);
  if (entry.pending === null) expect(generator.nextNormal, title).toBeUndefined();
  else
    expect(Math.abs((generator.nextNormal ?? Number.NaN) - entry.pending), title).toBeLessThan(
      LIBM_TOLERANCE,
    );
}

function titleOf({ op, dtype, args, size }: Entry, seed: string): string {
  return `${op}(${args.join(', ')}) of ${size} ${dtype} with seed ${seed}`;
}

const fills: readonly (Entry & { readonly seed: string })[] = golden.fills;
const ops = [...new Set(fills.map(({ op }) => op))];

describe('a fresh generator gives the numbers of PyTorch', () => {
  test.each(ops)('%s', (op) => {
    for (const entry of fills.filter((fill) => fill.op === op)) {
      check(new Mt19937(BigInt(entry.seed)), entry, titleOf(entry, entry.seed));
    }
  });
});

describe('interleaved draws from one generator give the numbers of PyTorch', () => {
  test.each(golden.programs)('seed $seed', ({ seed, initialSeed, steps }) => {
    const generator = new Mt19937(BigInt(seed));
    expect(generator.initialSeed).toBe(BigInt(initialSeed));
    (steps as readonly Entry[]).forEach((entry, i) => {
      check(generator, entry, `step ${i}: ${titleOf(entry, seed)}`);
    });
  });

  test('and they go on the same after a save and a load at every step', () => {
    for (const { seed, steps } of golden.programs) {
      let generator = new Mt19937(BigInt(seed));
      (steps as readonly Entry[]).forEach((entry, i) => {
        const resumed = new Mt19937();
        resumed.setState(generator.getState());
        generator = resumed;
        check(generator, entry, `resumed at step ${i}: ${titleOf(entry, seed)}`);
      });
    }
  });
});
