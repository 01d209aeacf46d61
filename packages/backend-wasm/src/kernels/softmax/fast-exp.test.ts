import { describe, expect, test } from 'vitest';
import { i32 } from '../../emit/expression.ts';
import { ModuleBuilder } from '../../emit/module.ts';
import { hasRelaxedSimd, v128 } from '../../emit/vector.ts';
import { LinearMemory } from '../../memory/linear-memory.ts';
import { compileKernel } from '../compiled.ts';
import { fastExp } from './fast-exp.ts';

const COUNT = 4_096;

/** exp of many numbers, by a kernel that writes over them. */
function exponentials(fused: boolean): (values: Float32Array) => Float32Array {
  const memory = new LinearMemory();
  const builder = new ModuleBuilder(memory);
  builder.addFunction('run', ['i32', 'i32', 'i32'], (body, at, start, end) => {
    const exp = fastExp(body, fused);
    body.while(i32.ltU(start, end), () => {
      body.store(at, exp(v128.load(at)));
      body.advance(at, 16);
      body.advance(start, 4);
    });
  });
  const { run } = compileKernel(builder.encode(), memory.memory);
  const at = memory.allocate(4 * COUNT);
  return (values) => {
    const { float32 } = memory.views;
    float32.set(values, at / 4);
    run(at, 0, COUNT, 0);
    return float32.slice(at / 4, at / 4 + values.length);
  };
}

/** Distance from a float64 in units of the last place of float32, at least those of 2^−126. */
function ulps(found: number, expected: number): number {
  return Math.abs(found - expected) / 2 ** (Math.max(Math.floor(Math.log2(expected)), -126) - 23);
}

describe.each([false, true])('exp of float32 lanes, with fused multiply-add: %s', (fused) => {
  const runs = !fused || hasRelaxedSimd();

  test.runIf(runs)('is off by less than 1.1 units in the last place', () => {
    const exp = exponentials(fused);
    let worst = 0;
    for (const [from, to] of [
      [-87.3, 88.3],
      [-1, 1],
      [-17, 0],
    ] as const) {
      const values = Float32Array.from({ length: COUNT }, (_, i) => from + ((to - from) * i) / COUNT);
      exp(values).forEach((found, i) => {
        worst = Math.max(worst, ulps(found, Math.exp(values[i] as number)));
      });
    }
    expect(worst).toBeLessThan(1.1);
  });

  test.runIf(runs)('is exact at 0, and right at the ends', () => {
    const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
    const found = exponentials(fused)(Float32Array.of(0, -0, -100, -infinity, 89, infinity, nan, -1e30));
    expect([...found]).toEqual([1, 1, 0, 0, infinity, infinity, nan, 0]);
  });
});
