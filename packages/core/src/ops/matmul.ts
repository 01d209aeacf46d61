import { dispatchOne } from '../dispatch/dispatch.ts';
import { isFloat } from '../dtype.ts';
import { DTypeError, ShapeError } from '../errors.ts';
import { composed } from '../memory/composed.ts';
import { broadcastShapes, formatShape, sizeOf } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { defineOp } from './define.ts';
import { add } from './elementwise.ts';
import type { KernelOp } from './op.ts';
import { sumTo } from './reduce.ts';
import type { NoAttrs } from './types.ts';
import { expand, mT, reshape } from './view.ts';

/** Batched matrix product of operands whose batch dimensions are equal. @internal */
export const matmulOp: KernelOp<NoAttrs> = /*#__PURE__*/ defineOp<NoAttrs>({
  name: 'matmul',
  class: 'static',
  strided: true,
  infer: ([a, b]) => {
    const [x, y] = [a as Tensor, b as Tensor];
    return [{ shape: [...x.shape.slice(0, -1), y.shape[y.shape.length - 1] as number], dtype: x.dtype }];
  },
  saves: { inputs: [0, 1] },
  vjp: ([g], { inputs: [a, b], needs }) => [
    g && b && needs[0] ? dispatchOne(matmulOp, [g, mT(b)], {}) : null,
    g && a && needs[1] ? dispatchOne(matmulOp, [mT(a), g], {}) : null,
  ],
});

/**
 * Matrix product with PyTorch's rules: 1-d operands are vectors, leading dimensions are broadcast batches.
 *
 * @param a - (…, m, k) or (k), float.
 * @param b - (…, k, n) or (k), the same dtype.
 * @returns (…, m, n) without the dimensions that vectors lack.
 * @throws {@link ShapeError} when inner sizes differ or an operand is 0-d.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.matmul.html
 *
 * @example
 * ```ts
 * import { matmul, tensor } from '@flambeau/core';
 * matmul(tensor([[1, 2]]), tensor([[3], [4]])); // [[11]]
 * ```
 */
export function matmul(a: Tensor, b: Tensor): Tensor {
  checkOperands('matmul', a, b);
  if (a.shape.length !== 2 || b.shape.length !== 2) return composed(a.device, () => product(a, b));
  const [, k] = a.shape as [number, number];
  const [inner] = b.shape as [number, number];
  if (k !== inner) throw innerSizes('matmul', a, b, k, inner);
  return dispatchOne(matmulOp, [a, b], {});
}

/** The product of operands that are not both matrices. */
function product(a: Tensor, b: Tensor): Tensor {
  const x = a.shape.length === 1 ? reshape(a, [1, -1]) : a;
  const y = b.shape.length === 1 ? reshape(b, [-1, 1]) : b;
  const [m, k] = x.shape.slice(-2) as [number, number];
  const [inner, n] = y.shape.slice(-2) as [number, number];
  if (k !== inner) throw innerSizes('matmul', a, b, k, inner);
  const result = multiply(x, y, m, n);
  if (a.shape.length > 1 && b.shape.length > 1) return result;
  const shape = result.shape.slice(0, -2);
  if (a.shape.length > 1) shape.push(m);
  if (b.shape.length > 1) shape.push(n);
  return reshape(result, shape);
}

function multiply(x: Tensor, y: Tensor, m: number, n: number): Tensor {
  const xBatch = x.shape.slice(0, -2);
  const yBatch = y.shape.slice(0, -2);
  if (xBatch.length === 0 && yBatch.length === 0) return dispatchOne(matmulOp, [x, y], {});
  if (yBatch.length === 0) {
    const rows = asRows(x);
    return reshape(dispatchOne(matmulOp, [rows, y], {}), [...xBatch, m, n]);
  }
  const batch = broadcastShapes('matmul', xBatch, yBatch);
  const p = expand(x, [...batch, ...x.shape.slice(-2)]);
  const q = expand(y, [...batch, ...y.shape.slice(-2)]);
  return dispatchOne(matmulOp, [p, q], {});
}

/** All leading dimensions made one. */
function asRows(x: Tensor): Tensor {
  const lead = x.shape.slice(0, -1);
  return reshape(x, [sizeOf(lead), x.shape[lead.length] as number]);
}

function checkOperands(op: string, a: Tensor, b: Tensor): void {
  if (a.shape.length === 0 || b.shape.length === 0) {
    throw new ShapeError(
      op,
      `a 0-d operand: got ${formatShape(a.shape)} @ ${formatShape(b.shape)}, expected at least one dimension each. Use mul for scalars.`,
      { shapes: [a.shape, b.shape] },
    );
  }
  if (a.dtype !== b.dtype || !isFloat(a.dtype)) {
    throw new DTypeError(
      op,
      `dtypes do not fit: got ${a.dtype} @ ${b.dtype}, expected the same float dtype. Cast with x.to(dtype).`,
      { dtypes: [a.dtype, b.dtype] },
    );
  }
}

function innerSizes(op: string, a: Tensor, b: Tensor, k: number, inner: number): ShapeError {
  const transposed =
    b.shape.length >= 2 && b.shape[b.shape.length - 1] === k ? ' Transpose the second operand?' : '';
  return new ShapeError(
    op,
    `inner sizes differ: got ${formatShape(a.shape)} @ ${formatShape(b.shape)} (${k} ≠ ${inner}), expected equal inner sizes.${transposed}`,
    { shapes: [a.shape, b.shape] },
  );
}

/** @internal */
export const linearOp: KernelOp<NoAttrs> = /*#__PURE__*/ defineOp<NoAttrs>({
  name: 'linear',
  class: 'static',
  strided: true,
  infer: ([x, w]) => [
    {
      shape: [...(x as Tensor).shape.slice(0, -1), (w as Tensor).shape[0] as number],
      dtype: (x as Tensor).dtype,
    },
  ],
  lower: ([x, w, b]) => {
    const y = matmul(x as Tensor, mT(w as Tensor));
    return [b ? add(y, b) : y];
  },
  saves: { inputs: [0, 1] },
  vjp: ([g], { inputs: [x, w], metas, needs }) => {
    if (!g || !x || !w) return metas.map(() => null);
    const rows = asRows(g);
    return [
      needs[0] ? matmul(g, w) : null,
      needs[1] ? matmul(mT(rows), asRows(x)) : null,
      needs[2] ? sumTo(rows, metas[2]?.shape ?? []) : null,
    ];
  },
});

/**
 * Affine map: y = x·wᵀ + b.
 *
 * @param x - (…, in), float.
 * @param weight - (out, in).
 * @param bias - (out), optional.
 * @returns (…, out).
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.linear.html
 *
 * @example
 * ```ts
 * import { linear, ones } from '@flambeau/core';
 * linear(ones([2, 3]), ones([4, 3])).shape; // [2, 4]
 * ```
 */
export function linear(x: Tensor, weight: Tensor, bias?: Tensor | null): Tensor {
  checkOperands('linear', x, weight);
  const k = x.shape[x.shape.length - 1] as number;
  if (weight.shape.length !== 2 || weight.shape[1] !== k) {
    throw new ShapeError(
      'linear',
      `the weight does not fit: got x ${formatShape(x.shape)} and weight ${formatShape(weight.shape)}, expected weight [out, ${k}].`,
      { shapes: [x.shape, weight.shape] },
    );
  }
  if (bias && (bias.shape.length !== 1 || bias.shape[0] !== weight.shape[0])) {
    throw new ShapeError(
      'linear',
      `the bias does not fit: got ${formatShape(bias.shape)}, expected [${weight.shape[0]}].`,
      { shape: bias.shape },
    );
  }
  return dispatchOne(linearOp, bias ? [x, weight, bias] : [x, weight], {});
}
