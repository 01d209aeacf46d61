import { grad, hessian, hvp, jacobian, jvp, vjp } from '@flambeau/autograd';
import { cpu } from '@flambeau/backend-cpu';
import {
  exp,
  manualSeed,
  matmul,
  mul,
  pow,
  randn,
  setDefaultDevice,
  sin,
  sum,
  type Tensor,
  tanh,
  tensor,
} from '@flambeau/core';
import { describe, expect, test } from 'vitest';

setDefaultDevice(cpu());
manualSeed(11);

const float64 = { dtype: 'float64' } as const;
const list = (x: Tensor): number[] => [...x.dataSync()];
const close = (found: Tensor, expected: readonly number[]): void => {
  expect(found.size).toBe(expected.length);
  list(found).forEach((v, i) => {
    expect(v).toBeCloseTo(expected[i] as number, 9);
  });
};

/** Central differences of every output by every input, row by row. */
function differences(fn: (x: Tensor) => Tensor, x: Tensor): number[] {
  const at = list(x);
  const step = 1e-6;
  const columns = at.map((_, j) => {
    const shifted = (by: number): number[] => {
      const values = Float64Array.from(at, (v, i) => (i === j ? v + by : v));
      return list(fn(tensor([...values], float64).reshape(x.shape)));
    };
    const [up, down] = [shifted(step), shifted(-step)];
    return up.map((v, i) => (v - (down[i] as number)) / (2 * step));
  });
  return (columns[0] ?? []).flatMap((_, i) => columns.map((column) => column[i] as number));
}

describe('jacobian', () => {
  test('has the shape of the output followed by that of the input, and the values of finite differences', () => {
    const x = randn([2, 3], float64);
    const w = randn([3, 2], float64);
    const fn = (v: Tensor): Tensor => tanh(matmul(v, w));
    const found = jacobian(fn, x);
    expect(found.shape).toEqual([2, 2, 2, 3]);
    differences(fn, x).forEach((v, i) => {
      expect(list(found)[i]).toBeCloseTo(v, 7);
    });
    expect(found.requiresGrad).toBe(false);
    expect(x.requiresGrad).toBe(false);
  });

  test('of several inputs and outputs is an array of arrays', () => {
    const [a, b] = [tensor([1, 2], float64), tensor([3], float64)];
    const blocks = jacobian(
      (x, y) => [mul(x as Tensor, y as Tensor), exp(y as Tensor)],
      [a, b],
    ) as Tensor[][];
    expect(blocks.map((row) => row.map((block) => block.shape))).toEqual([
      [
        [2, 2],
        [2, 1],
      ],
      [
        [1, 2],
        [1, 1],
      ],
    ]);
    close(blocks[0]?.[0] as Tensor, [3, 0, 0, 3]);
    close(blocks[0]?.[1] as Tensor, [1, 2]);
    close(blocks[1]?.[0] as Tensor, [0, 0]);
    close(blocks[1]?.[1] as Tensor, [Math.exp(3)]);
  });

  test('strict refuses an input that is not used', () => {
    const [a, b] = [tensor([1]), tensor([2])];
    expect(() => jacobian((x) => mul(x as Tensor, 2), [a, b], { strict: true })).toThrow(
      /jacobian\(\): input 1 is not used/,
    );
  });

  test('createGraph makes it differentiable', () => {
    const x = tensor([0.5, 2], { ...float64, requiresGrad: true });
    const found = jacobian((v) => pow(v, 3), x, { createGraph: true });
    const [g] = grad(sum(found), [x]) as [Tensor];
    close(g, [3, 12]);
  });
});

describe('hessian', () => {
  test('of x₀²·x₁ + sin(x₁)', () => {
    const fn = (x: Tensor): Tensor => mul(pow(x.at(0), 2), x.at(1)).add(sin(x.at(1)));
    const found = hessian(fn, tensor([3, 0.4], float64));
    expect(found.shape).toEqual([2, 2]);
    close(found, [0.8, 6, 6, -Math.sin(0.4)]);
  });

  test('of several inputs has a block for each pair', () => {
    const blocks = hessian(
      (a, b) => sum(mul(mul(a as Tensor, a as Tensor), b as Tensor)),
      [tensor([1, 2], float64), tensor([5, 7], float64)],
    );
    close(blocks[0]?.[0] as Tensor, [10, 0, 0, 14]);
    close(blocks[0]?.[1] as Tensor, [2, 0, 0, 4]);
    close(blocks[1]?.[0] as Tensor, [2, 0, 0, 4]);
    close(blocks[1]?.[1] as Tensor, [0, 0, 0, 0]);
  });

  test('needs a single value', () => {
    expect(() => hessian((x) => mul(x, x), tensor([1, 2]))).toThrow(
      /hessian\(\): not a single value: got shape \[2\]/,
    );
  });
});

describe('products with vectors', () => {
  const x = tensor([0.2, -0.6, 1.1], float64);
  const w = randn([3, 3], float64);
  const fn = (v: Tensor): Tensor => sin(matmul(w, v));
  const full = differences(fn, x);
  const rows = [0, 1, 2].map((i) => full.slice(3 * i, 3 * i + 3));

  test('vjp is vᵀJ', () => {
    const v = [1, -2, 0.5];
    const { output, product } = vjp(fn, x, tensor(v, float64)) as { output: Tensor; product: Tensor };
    close(output, list(fn(x)));
    const expected = [0, 1, 2].map((j) => v.reduce((s, c, i) => s + c * (rows[i]?.[j] as number), 0));
    expected.forEach((e, i) => {
      expect(list(product)[i]).toBeCloseTo(e, 7);
    });
  });

  test('jvp is J·v', () => {
    const v = [1, -2, 0.5];
    const { product } = jvp(fn, x, tensor(v, float64)) as { product: Tensor };
    rows.forEach((row, i) => {
      expect(list(product)[i]).toBeCloseTo(
        row.reduce((s, c, j) => s + c * (v[j] as number), 0),
        7,
      );
    });
  });

  test('hvp is the Hessian times v, without the Hessian', () => {
    const value = (t: Tensor): Tensor => sum(sin(matmul(w, t)));
    const v = tensor([1, -2, 0.5], float64);
    const { output, product } = hvp(value, x, v) as { output: Tensor; product: Tensor };
    expect(output.itemSync()).toBeCloseTo(value(x).itemSync(), 12);
    close(product, list(matmul(hessian(value, x), v)));
  });

  test('a vector of another shape is refused', () => {
    expect(() => vjp(fn, x, tensor([1, 2], float64))).toThrow(
      /vjp\(\): the vector does not fit: got \[2\], expected \[3\]/,
    );
    expect(() => jvp(fn, x)).toThrow(/jvp\(\): the vector does not fit: got none, expected \[3\]/);
    expect(() => vjp(() => 3 as unknown as Tensor, x)).toThrow(/the function gives no tensors/);
  });
});
