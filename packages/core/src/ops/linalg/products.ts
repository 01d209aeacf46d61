import { ShapeError } from '../../errors.ts';
import { composed } from '../../memory/composed.ts';
import { formatShape, normalizeAxis } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { add, mul, sub } from '../elementwise.ts';
import { matmul } from '../matmul.ts';
import { sum } from '../reduce.ts';
import { stack } from '../shape/join.ts';
import { mT, reshape, select, unsqueeze } from '../view.ts';

/** @throws {@link ShapeError} unless tensors have the ranks that a function is for. */
function checkRanks(op: string, wanted: readonly number[], ...tensors: readonly Tensor[]): void {
  if (tensors.every((x, i) => x.shape.length === wanted[i])) return;
  throw new ShapeError(
    op,
    `wrong rank: got ${tensors.map((x) => formatShape(x.shape)).join(' and ')}, expected ${wanted.join(' and ')} dimensions. Use matmul for others.`,
    { shapes: tensors.map((x) => x.shape) },
  );
}

/** @throws {@link ShapeError} unless shapes are equal in the dimensions that must be. */
function checkSame(op: string, what: string, a: Tensor, b: Tensor, same: boolean): void {
  if (same) return;
  throw new ShapeError(
    op,
    `${what} differ: got ${formatShape(a.shape)} and ${formatShape(b.shape)}, expected equal ones.`,
    { shapes: [a.shape, b.shape] },
  );
}

/**
 * The product of two matrices: (n, m) · (m, p). {@link matmul} without broadcasting.
 *
 * @throws {@link ShapeError} unless both have two dimensions.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.mm.html
 *
 * @example
 * ```ts
 * import { mm, tensor } from '@flambeau/core';
 * mm(tensor([[1, 2]]), tensor([[3], [4]])); // [[11]]
 * ```
 */
export function mm(a: Tensor, b: Tensor): Tensor {
  checkRanks('mm', [2, 2], a, b);
  return matmul(a, b);
}

/**
 * The products of two batches of matrices: (b, n, m) · (b, m, p).
 *
 * @throws {@link ShapeError} unless both have three dimensions and the same batch.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.bmm.html
 *
 * @example
 * ```ts
 * import { bmm, ones } from '@flambeau/core';
 * bmm(ones([4, 2, 3]), ones([4, 3, 5])).shape; // [4, 2, 5]
 * ```
 */
export function bmm(a: Tensor, b: Tensor): Tensor {
  checkRanks('bmm', [3, 3], a, b);
  checkSame('bmm', 'batches', a, b, a.shape[0] === b.shape[0]);
  return matmul(a, b);
}

/**
 * A matrix times a vector: (n, m) · (m).
 *
 * @throws {@link ShapeError} on other ranks.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.mv.html
 *
 * @example
 * ```ts
 * import { mv, tensor } from '@flambeau/core';
 * mv(tensor([[1, 2], [3, 4]]), tensor([1, 1])); // [3, 7]
 * ```
 */
export function mv(a: Tensor, v: Tensor): Tensor {
  checkRanks('mv', [2, 1], a, v);
  return matmul(a, v);
}

/**
 * The inner product of two vectors. Of real numbers PyTorch's `vdot` is the same.
 *
 * @throws {@link ShapeError} unless both are vectors of the same length.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.dot.html
 *
 * @example
 * ```ts
 * import { dot, tensor } from '@flambeau/core';
 * dot(tensor([1, 2]), tensor([3, 4])); // 11
 * ```
 */
export function dot(a: Tensor, b: Tensor): Tensor {
  checkRanks('dot', [1, 1], a, b);
  checkSame('dot', 'lengths', a, b, a.shape[0] === b.shape[0]);
  return matmul(a, b);
}

/**
 * Σ x·y along a dimension, broadcast.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.linalg.vecdot.html
 *
 * @example
 * ```ts
 * import { tensor, vecdot } from '@flambeau/core';
 * vecdot(tensor([[1, 2], [3, 4]]), tensor([1, 10])); // [21, 43]
 * ```
 */
export function vecdot(x: Tensor, y: Tensor, options: { readonly dim?: number } = {}): Tensor {
  return composed(x.device, () => sum(mul(x, y), options.dim ?? -1));
}

/**
 * All products of the elements of two vectors: (n) and (m) give (n, m). Also known as `ger`.
 *
 * @throws {@link ShapeError} unless both are vectors.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.outer.html
 *
 * @example
 * ```ts
 * import { outer, tensor } from '@flambeau/core';
 * outer(tensor([1, 2]), tensor([3, 4])); // [[3, 4], [6, 8]]
 * ```
 */
export function outer(a: Tensor, b: Tensor): Tensor {
  checkRanks('outer', [1, 1], a, b);
  return composed(a.device, () => mul(unsqueeze(a, 1), b));
}

/**
 * Σ over the last dimension of both: (…, k) and (…, k) give (…, …). A 0-d operand multiplies.
 *
 * @throws {@link ShapeError} when the last sizes differ.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.inner.html
 *
 * @example
 * ```ts
 * import { inner, tensor } from '@flambeau/core';
 * inner(tensor([[1, 2], [3, 4]]), tensor([1, 1])); // [3, 7]
 * ```
 */
export function inner(a: Tensor, b: Tensor): Tensor {
  if (a.shape.length === 0 || b.shape.length === 0) return mul(a, b);
  const k = a.shape[a.shape.length - 1] as number;
  checkSame('inner', 'last sizes', a, b, k === b.shape[b.shape.length - 1]);
  return composed(a.device, () => {
    const rows = (x: Tensor): Tensor => reshape(x, [x.shape.slice(0, -1).reduce((p, n) => p * n, 1), k]);
    const product = matmul(rows(a), mT(rows(b)));
    return reshape(product, [...a.shape.slice(0, -1), ...b.shape.slice(0, -1)]);
  });
}

/** Options of {@link addmm} and kin. */
export interface AddProductOptions {
  /** Multiplies what is added; at 0 it is left out, NaN and all. Default 1. */
  readonly beta?: number;
  /** Multiplies the product. Default 1. */
  readonly alpha?: number;
}

function addScaled(x: Tensor, product: () => Tensor, { beta = 1, alpha = 1 }: AddProductOptions): Tensor {
  return composed(x.device, () => {
    const made = product();
    const scaled = alpha === 1 ? made : mul(made, alpha);
    return beta === 0 ? scaled : add(beta === 1 ? x : mul(x, beta), scaled);
  });
}

/** @throws {@link ShapeError} when what is added does not broadcast to the product. */
function checkAdded(op: string, x: Tensor, product: readonly number[]): void {
  const lead = product.length - x.shape.length;
  if (lead >= 0 && x.shape.every((size, i) => size === 1 || size === product[lead + i])) return;
  throw new ShapeError(
    op,
    `what is added does not broadcast: got ${formatShape(x.shape)}, expected ${formatShape(product)} or sizes of 1.`,
    { shape: x.shape, product },
  );
}

/**
 * β·x + α·(a · b) of matrices: (n, m) · (m, p), x broadcast to (n, p).
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.addmm.html
 *
 * @example
 * ```ts
 * import { addmm, tensor } from '@flambeau/core';
 * addmm(tensor([1]), tensor([[1, 2]]), tensor([[3], [4]]), { beta: 2 }); // [[13]]
 * ```
 */
export function addmm(x: Tensor, a: Tensor, b: Tensor, options: AddProductOptions = {}): Tensor {
  checkRanks('addmm', [2, 2], a, b);
  checkAdded('addmm', x, [a.shape[0] as number, b.shape[1] as number]);
  return addScaled(x, () => matmul(a, b), options);
}

/**
 * β·x + α·(a · v) of a matrix and a vector.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.addmv.html
 *
 * @example
 * ```ts
 * import { addmv, tensor } from '@flambeau/core';
 * addmv(tensor([1, 1]), tensor([[1, 2], [3, 4]]), tensor([1, 1])); // [4, 8]
 * ```
 */
export function addmv(x: Tensor, a: Tensor, v: Tensor, options: AddProductOptions = {}): Tensor {
  checkRanks('addmv', [2, 1], a, v);
  checkAdded('addmv', x, [a.shape[0] as number]);
  return addScaled(x, () => matmul(a, v), options);
}

/**
 * β·x + α·(u ⊗ v): {@link outer} added.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.addr.html
 *
 * @example
 * ```ts
 * import { addr, tensor, zeros } from '@flambeau/core';
 * addr(zeros([2, 2]), tensor([1, 2]), tensor([3, 4]), { alpha: 2 }); // [[6, 8], [12, 16]]
 * ```
 */
export function addr(x: Tensor, u: Tensor, v: Tensor, options: AddProductOptions = {}): Tensor {
  checkRanks('addr', [1, 1], u, v);
  checkAdded('addr', x, [u.shape[0] as number, v.shape[0] as number]);
  return addScaled(x, () => outer(u, v), options);
}

/**
 * β·x + α·(a · b) of batches of matrices: (b, n, m) · (b, m, p).
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.baddbmm.html
 *
 * @example
 * ```ts
 * import { baddbmm, ones } from '@flambeau/core';
 * baddbmm(ones([2]), ones([4, 2, 3]), ones([4, 3, 2])).shape; // [4, 2, 2]
 * ```
 */
export function baddbmm(x: Tensor, a: Tensor, b: Tensor, options: AddProductOptions = {}): Tensor {
  checkRanks('baddbmm', [3, 3], a, b);
  checkSame('baddbmm', 'batches', a, b, a.shape[0] === b.shape[0]);
  checkAdded('baddbmm', x, [a.shape[0] as number, a.shape[1] as number, b.shape[2] as number]);
  return addScaled(x, () => matmul(a, b), options);
}

/**
 * β·x + α·Σ over the batch of a · b: (b, n, m) · (b, m, p) give (n, p).
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.addbmm.html
 *
 * @example
 * ```ts
 * import { addbmm, ones } from '@flambeau/core';
 * addbmm(ones([1]), ones([4, 1, 3]), ones([4, 3, 1])); // [[13]]
 * ```
 */
export function addbmm(x: Tensor, a: Tensor, b: Tensor, options: AddProductOptions = {}): Tensor {
  checkRanks('addbmm', [3, 3], a, b);
  checkSame('addbmm', 'batches', a, b, a.shape[0] === b.shape[0]);
  checkAdded('addbmm', x, [a.shape[1] as number, b.shape[2] as number]);
  return addScaled(x, () => sum(matmul(a, b), 0), options);
}

/**
 * The cross product of vectors with three components along a dimension, broadcast.
 *
 * @param options - `dim`: the dimension of the components. Default −1, as `torch.linalg.cross`.
 * @throws {@link ShapeError} unless that dimension has size 3 in both.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.linalg.cross.html
 *
 * @example
 * ```ts
 * import { cross, tensor } from '@flambeau/core';
 * cross(tensor([1, 0, 0]), tensor([0, 1, 0])); // [0, 0, 1]
 * ```
 */
export function cross(a: Tensor, b: Tensor, options: { readonly dim?: number } = {}): Tensor {
  const { dim = -1 } = options;
  checkSame('cross', 'ranks', a, b, a.shape.length === b.shape.length);
  const axis = normalizeAxis('cross', dim, a.shape.length);
  if (a.shape[axis] !== 3 || b.shape[axis] !== 3) {
    throw new ShapeError(
      'cross',
      `not three components: got ${formatShape(a.shape)} and ${formatShape(b.shape)} along dimension ${axis}, expected size 3.`,
      { shapes: [a.shape, b.shape], dim },
    );
  }
  return composed(a.device, () => {
    const component = (i: number): Tensor => {
      const [p, q] = [(i + 1) % 3, (i + 2) % 3];
      return sub(mul(select(a, axis, p), select(b, axis, q)), mul(select(a, axis, q), select(b, axis, p)));
    };
    return stack([component(0), component(1), component(2)], axis);
  });
}
