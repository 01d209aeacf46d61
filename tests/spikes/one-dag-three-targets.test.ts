import { grad } from '@flambeau/autograd';
import type { Device, Tensor } from '@flambeau/core';
import {
  bitwiseXor,
  defineBinary,
  fmod,
  fromTyped,
  isnan,
  log1p,
  noGrad,
  relu,
  s,
  tanh,
  tensor,
  topological,
  where,
} from '@flambeau/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hasAdapter } from '../webgpu/adapter.ts';
import {
  expectClose,
  FLOATS,
  floats,
  INTEGERS,
  integers,
  isTiny,
  NORMAL,
  pairs,
  SUBNORMAL,
} from './scalar-values.ts';
import type { Target } from './targets.ts';
import { targets } from './targets.ts';

// Said aloud where it happens, and only there.
if (!hasAdapter) test.skip('WebGPU: this machine has neither a GPU nor a software driver', () => {});

describe.each(targets)('$name', ({ device, ran, defers, flushes, ulps }: Target) => {
  beforeEach(() => {
    ran.maps = 0;
    ran.kernels = 0;
  });

  describe('functions and their derivatives', () => {
    /** Name, function, formula and derivative in float64, and whether it is exact in float32. */
    const cases: readonly {
      readonly name: string;
      readonly fn: (x: Tensor) => Tensor;
      readonly formula: (x: number) => number;
      readonly derivative: (x: number) => number;
      readonly exact: boolean;
    }[] = [
      {
        name: 'relu',
        fn: relu,
        formula: (x) => Math.max(x, 0),
        derivative: (x) => (x <= 0 ? 0 : 1),
        exact: true,
      },
      { name: 'tanh', fn: tanh, formula: Math.tanh, derivative: (x) => 1 - Math.tanh(x) ** 2, exact: false },
      { name: 'log1p', fn: log1p, formula: Math.log1p, derivative: (x) => 1 / (1 + x), exact: false },
    ];

    test.each(cases)('$name', async ({ fn, formula, exact }) => {
      const found = await fn(floats(FLOATS, device)).data();
      expectClose(found, FLOATS.map(formula), { ulps: exact ? 0 : ulps, flushes }, (i) => `${FLOATS[i]}`);
    });

    test.each(cases)('the derivative of $name', async ({ name, fn, formula, derivative, exact }) => {
      const x = floats(FLOATS, device).requiresGrad_();
      const [dx] = grad(fn(x), [x], {
        gradOutputs: [
          floats(
            FLOATS.map(() => 1),
            device,
          ),
        ],
      }) as [Tensor];
      const found = await dx.data();
      if (name === 'tanh') {
        // 1 − y² of the rounded y, so the error is that of y: near ±1 it is not small against the result.
        FLOATS.forEach((x, i) => {
          if (Number.isNaN(x)) expect(found[i]).toBeNaN();
          else
            expect(Math.abs((found[i] as number) - derivative(x)), `${x}`).toBeLessThanOrEqual(
              4 * ulps * 2 ** -24,
            );
        });
        return;
      }
      if (name === 'relu') {
        // As PyTorch does: decided by the output, so that NaN lets the gradient pass.
        FLOATS.forEach((x, i) => {
          if (!(flushes && isTiny(x))) expect(found[i], `${x}`).toBe(formula(x) <= 0 ? 0 : 1);
        });
        return;
      }
      // 1 + x is rounded once, which near −1 and beyond 2^24 shows.
      const expected = FLOATS.map((x) => 1 / Math.fround(1 + x));
      expectClose(found, expected, { ulps: exact ? 0 : ulps, flushes }, (i) => `${FLOATS[i]}`);
    });

    test('fmod, exactly', async () => {
      const [a, b] = pairs(FLOATS);
      const found = await fmod(floats(a, device), floats(b, device)).data();
      expectClose(
        found,
        a.map((x, i) => x % (b[i] as number)),
        { ulps: 0, flushes },
        (i) => `${a[i]} % ${b[i]}`,
      );
    });

    test('the derivatives of fmod', async () => {
      const [a, b] = pairs(NORMAL.filter((x) => Number.isFinite(x) && x !== 0 && Math.abs(x) > 1e-7));
      const [x, y] = [floats(a, device).requiresGrad_(), floats(b, device).requiresGrad_()];
      const [dx, dy] = grad(fmod(x, y).sum(), [x, y]) as [Tensor, Tensor];
      expect(new Set(await dx.data())).toEqual(new Set([1]));
      // −trunc(x/y) of the quotient as float32 rounds it
      const expected = a.map((value, i) => -Math.trunc(Math.fround(value / (b[i] as number))));
      const found = await dy.data();
      expected.forEach((want, i) => {
        expect(found[i], `${a[i]} % ${b[i]}`).toBe(want);
      });
    });

    test('isnan, and no derivative', async () => {
      const x = floats(FLOATS, device).requiresGrad_();
      const found = isnan(x);
      expect(await found.toArray()).toEqual(FLOATS.map(Number.isNaN));
      expect(found.requiresGrad).toBe(false);
    });

    test('exclusive or and shifts of int32', async () => {
      const [a, b] = pairs(INTEGERS);
      const [x, y] = [integers(a, device), integers(b, device)];
      const shiftLeft = defineBinary('shiftLeft', (p, q) => s.shl(p, q), { rule: 'bits' });
      const shiftRight = defineBinary('shiftRight', (p, q) => s.shr(p, q), { rule: 'bits' });
      const second = (i: number): number => b[i] as number;
      expect(await bitwiseXor(x, y).data()).toEqual(Int32Array.from(a, (v, i) => v ^ second(i)));
      expect(await shiftLeft(x, y).data()).toEqual(Int32Array.from(a, (v, i) => v << second(i)));
      expect(await shiftRight(x, y).data()).toEqual(Int32Array.from(a, (v, i) => v >> second(i)));
      expect(await shiftRight(bitwiseXor(x, y), 3).data()).toEqual(
        Int32Array.from(a, (v, i) => (v ^ second(i)) >> 3),
      );
    });
  });

  describe('deferral', () => {
    const values = [-2, -0.5, 0, 0.5, 1, 3].map(Math.fround);
    const chain = (x: Tensor): Tensor => log1p(tanh(relu(x)).mul(2).add(0.25));
    const chained = values.map((x) => {
      const y = Math.fround(Math.fround(Math.fround(Math.tanh(Math.max(x, 0))) * 2) + 0.25);
      return Math.log1p(y);
    });

    test('a chain of five maps is one kernel', async () => {
      const y = chain(floats(values, device));
      expect(ran.maps).toBe(defers ? 0 : 5);
      expectClose(await y.data(), chained, { ulps: 4 * ulps, flushes }, (i) => `${values[i]}`);
      expect(ran).toMatchObject({ maps: defers ? 1 : 5, kernels: 0 });
      await y.data();
      expect(ran.maps).toBe(defers ? 1 : 5);
    });

    test('its gradient is one kernel too, which computes again what it needs', async () => {
      const x = floats(values, device).requiresGrad_();
      const [dx] = grad(chain(x), [x], {
        gradOutputs: [
          floats(
            values.map(() => 1),
            device,
          ),
        ],
      }) as [Tensor];
      const expected = values.map((v) => {
        const t = Math.tanh(Math.max(v, 0));
        return v > 0 ? (2 * (1 - t * t)) / (1 + 2 * t + 0.25) : 0;
      });
      const found = await dx.data();
      expected.forEach((want, i) => {
        expect(Math.abs((found[i] as number) - want)).toBeLessThanOrEqual(ulps * 2e-7);
      });
      // Op by op: five forward, and the five derivatives, of which that of the sum is the identity.
      expect(ran).toMatchObject({ maps: defers ? 1 : 9, kernels: 0 });
    });

    test('a branch that both results need is computed inside both', async () => {
      const x = floats(values, device);
      const shared = x.mul(3);
      const [a, b] = [shared.add(1), shared.sub(1)];
      expect([await a.toArray(), await b.toArray()]).toEqual([
        values.map((v) => v * 3 + 1),
        values.map((v) => v * 3 - 1),
      ]);
      expect(ran.maps).toBe(defers ? 2 : 3);
    });

    test('an in-place op in the middle: what was made before keeps the old values, views follow', async () => {
      const x = floats([1, 2, 3, 4], device).add(10); // pending
      const view = x.reshape([2, 2]);
      const y = x.mul(2);
      x.add_(1);
      const z = x.mul(2);
      expect(await y.toArray()).toEqual([22, 24, 26, 28]);
      expect(await view.toArray()).toEqual([
        [12, 13],
        [14, 15],
      ]);
      expect(await z.toArray()).toEqual([24, 26, 28, 30]);
      expect(ran).toMatchObject({ maps: defers ? 3 : 4, kernels: 0 });
    });

    test('the same with values that are on the device already', async () => {
      const x = floats([1, 2, 3, 4], device);
      const view = x.reshape([2, 2]);
      const y = x.mul(2);
      x.add_(1);
      expect(await y.toArray()).toEqual([2, 4, 6, 8]);
      expect(await x.toArray()).toEqual([2, 3, 4, 5]);
      expect(await view.toArray()).toEqual([
        [2, 3],
        [4, 5],
      ]);
    });

    test('writing through a view, while a map over the whole is pending', async () => {
      const x = floats([1, 2, 3, 4], device);
      const y = x.mul(2);
      x.narrow(0, 1, 2).mul_(10);
      const z = x.add(1);
      x.narrow(0, 3, 1).fill_(7);
      expect(await y.toArray()).toEqual([2, 4, 6, 8]);
      expect(await z.toArray()).toEqual([2, 21, 31, 5]);
      expect(await x.toArray()).toEqual([1, 20, 30, 7]);
    });

    test('a chain of sixty operations over one value has sixty-one nodes, and fused equals unfused bit for bit', async () => {
      const start = Array.from({ length: 999 }, (_, i) => Math.fround(-(i + 1) / 1000));
      const expected = start.map((x) => {
        for (let n = 0; n < 30; n++) x = Math.fround(Math.fround(x * x) + x);
        return x;
      });
      let x = floats(start, device);
      for (let n = 0; n < 30; n++) x = x.mul(x).add(x);
      expect(await x.data()).toEqual(Float32Array.from(expected));
      expect(ran.maps).toBe(defers ? 1 : 60);
      if (defers)
        expect(topological([(ran.program as NonNullable<typeof ran.program>).root])).toHaveLength(61);
    });

    test('a longer chain is cut', async () => {
      let x = floats([0], device);
      for (let n = 0; n < 500; n++) x = x.add(1);
      expect(await x.toArray()).toEqual([500]);
      expect(ran.maps).toBe(defers ? Math.ceil(500 / 64) : 500);
    });
  });

  describe('layouts', () => {
    test('broadcast, transposed, flipped and sliced operands are read in place', async () => {
      const x = floats(
        Array.from({ length: 24 }, (_, i) => i),
        device,
      ).reshape([2, 3, 4]);
      const row = floats([100, 200, 300, 400], device);
      const at = (i: number, j: number, k: number): number => (i * 3 + j) * 4 + k;
      const y = x
        .permute(2, 0, 1)
        .flip(0)
        .add(row.reshape([4, 1, 1]).expand([4, 2, 3]))
        .add(x.narrow(2, 1, 1).reshape([1, 2, 3]));
      const expected = [0, 1, 2, 3].map((k) =>
        [0, 1].map((i) => [0, 1, 2].map((j) => at(i, j, 3 - k) + (k + 1) * 100 + at(i, j, 1))),
      );
      expect(await y.toArray()).toEqual(expected);
    });

    test('one program serves all sizes, and scalars are arguments', async () => {
      for (const n of [1, 5, 64, 65, 1000, 70_000]) {
        const x = fromTyped(
          Float32Array.from({ length: n }, (_, i) => i),
          [n],
          { device },
        );
        const found = (await x.mul(0.5).add(n).data()) as Float32Array;
        expect([found.length, found[0], found[n - 1]]).toEqual([n, n, (n - 1) / 2 + n]);
      }
    });

    test('nothing is computed for empty tensors', async () => {
      expect(await fromTyped(new Float32Array(0), [0, 3], { device }).add(1).mul(2).toArray()).toEqual([]);
      expect(ran.maps).toBe(0);
    });

    test('conditions, bytes and truth values mix', async () => {
      const x = floats([1, -2, Number.NaN, 4], device);
      const bytes = fromTyped(Uint8Array.of(250, 5, 6, 7), [4], { device });
      const picked = where(x.gt(0), bytes.add(10), tensor([1, 2, 3, 4], { dtype: 'int32', device }));
      expect(await picked.toArray()).toEqual([4, 2, 3, 17]);
      expect(await bytes.add(10).toArray()).toEqual([4, 15, 16, 17]);
    });
  });

  test('a training step gives the numbers of the cpu', async () => {
    const net = async (on: Device): Promise<number[]> => {
      const x = fromTyped(
        Float32Array.from({ length: 40 }, (_, i) => Math.sin(i)),
        [10, 4],
        { device: on },
      );
      const w = fromTyped(
        Float32Array.from({ length: 12 }, (_, i) => Math.cos(i)),
        [4, 3],
        { device: on },
      ).requiresGrad_();
      const b = fromTyped(new Float32Array(3), [3], { device: on }).requiresGrad_();
      const losses: number[] = [];
      for (let step = 0; step < 20; step++) {
        const loss = x.matmul(w).add(b).tanh().sub(0.25).square().mean();
        loss.backward();
        noGrad(() => {
          for (const p of [w, b]) {
            p.sub_((p.grad as Tensor).mul(0.5));
            p.grad = null;
          }
        });
        losses.push(await loss.item());
      }
      return losses;
    };
    const expected = await net((targets[0] as Target).device);
    const found = await net(device);
    expect(found[19]).toBeLessThan((found[0] as number) * 0.7);
    found.forEach((loss, i) => {
      expect(Math.abs(loss - (expected[i] as number))).toBeLessThan(1e-6);
    });
  });

  afterEach(() => {
    expect(device.stats().spills).toBe(0);
  });
});

test('subnormal numbers are kept by cpu and wasm', async () => {
  const kept = targets.filter(({ flushes }) => !flushes);
  expect(kept.map(({ name }) => name)).toContain('wasm');
  for (const { device } of kept) {
    const halves = await floats(SUBNORMAL, device).mul(0.5).data();
    expect(Array.from(halves)).toEqual(SUBNORMAL.map((x) => Math.fround(x / 2)));
    expect(SUBNORMAL.every(isTiny)).toBe(true);
  }
});
