import { ArgumentError, ShapeError } from '../../errors.ts';
import { broadcastShapes, formatShape, normalizeAxis, sameShape, sizeOf } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { neg } from '../elementwise.ts';
import { callHost, callHostSync, defineHostOp, type HostArray } from '../host-op.ts';
import { matmul } from '../matmul.ts';
import type { KernelOp } from '../op.ts';
import { sumTo } from '../reduce.ts';
import { mT, permute, reshape, squeeze, unsqueeze } from '../view.ts';
import { broadcastOrder, joined, matricesOf, sidesOf } from './batch.ts';
import { checkFloats, checkSquare, refuseShapes, singularError } from './checks.ts';
import { inverseGrad, total } from './gradient-parts.ts';
import { factorLu, invertLu, solveLu } from './host/lu.ts';
import { transposed } from './host/matrix.ts';
import { type HostForm, run, runSync } from './host-forms.ts';

/** Options of {@link solve}. */
export interface SolveOptions {
  /** Solve A · X = B; else X · A = B. Default true. */
  readonly left?: boolean;
}

/** Attributes of {@link solveOp}. */
export interface SolveAttrs {
  readonly left: boolean;
  /** B is a batch of vectors. */
  readonly vector: boolean;
}

interface Shaped {
  readonly shape: readonly number[];
}

/** PyTorch's rule for a right-hand side of vectors. */
export function holdsVectors(a: Tensor, b: Tensor): boolean {
  return b.shape.length === 1 || sameShape(b.shape, a.shape.slice(0, -1));
}

/** The shape of X; A is (…, n, n), B (…, n, k) or with `left` false (…, k, n). @throws {@link ShapeError} */
export function solutionShape(op: string, a: Shaped, b: Shaped, { left, vector }: SolveAttrs): number[] {
  const sides = vector ? [b.shape[b.shape.length - 1] as number] : b.shape.slice(-2);
  const batch = broadcastShapes(op, a.shape.slice(0, -2), b.shape.slice(0, vector ? -1 : -2));
  const n = a.shape[a.shape.length - 1];
  if ((left ? sides[0] : sides[sides.length - 1]) !== n) {
    throw new ShapeError(
      op,
      `sizes do not fit: got ${formatShape(a.shape)} and ${formatShape(b.shape)}, expected ${n} ${left ? 'rows' : 'columns'} in the right-hand side.`,
      { shapes: [a.shape, b.shape] },
    );
  }
  return [...batch, ...sides];
}

/** X of each of the broadcast pairs, from a function that solves with columns. */
export function solveAll(
  a: { readonly batch: readonly number[]; readonly n: number },
  b: HostArray,
  shape: readonly number[],
  { left, vector }: SolveAttrs,
  solveOne: (index: number, columns: Float64Array, k: number) => Float64Array<ArrayBuffer>,
): HostArray {
  const sides = vector ? [b.shape[b.shape.length - 1] as number, 1] : sidesOf(b.shape);
  const asMatrices = vector ? [...b.shape, 1] : b.shape;
  const batch = shape.slice(0, vector ? -1 : -2);
  const fromA = broadcastOrder(a.batch, batch);
  const fromB = broadcastOrder(asMatrices.slice(0, -2), batch);
  const right = matricesOf({ ...b, shape: asMatrices });
  const [rows, columns] = sides as [number, number];
  const blocks = fromA.map((index, i) => {
    const own = right[fromB[i] as number] as Float64Array;
    if (left) return solveOne(index, own, columns);
    return transposed(solveOne(index, transposed(own, rows, columns), rows), columns, rows);
  });
  return joined(b.dtype, shape, blocks);
}

/** Gradients of A and B where X solves with A: from that of X, and with A⁻¹. */
export function solveGrads(
  g: Tensor,
  x: Tensor,
  inverse: Tensor,
  { left, vector }: SolveAttrs,
): { readonly a: Tensor; readonly b: Tensor } {
  const given = vector ? unsqueeze(g, -1) : g;
  const found = vector ? unsqueeze(x, -1) : x;
  const b = left ? matmul(mT(inverse), given) : matmul(given, mT(inverse));
  const a = neg(left ? matmul(b, mT(found)) : matmul(mT(found), b));
  return { a, b: vector ? squeeze(b, -1) : b };
}

/** `[a, b] → [x, a⁻¹]`, the last hidden. @internal */
export const solveOp: KernelOp<SolveAttrs> = /*#__PURE__*/ defineHostOp<SolveAttrs>({
  name: 'solve',
  infer: ([a, b], attrs) => {
    const [x, y] = [a as Tensor, b as Tensor];
    checkSquare('solve', x);
    checkFloats('solve', x, y);
    if (attrs.vector && !attrs.left) {
      refuseShapes('solve', 'a vector on the right with left: false', x, y, 'matrices (…, k, n)');
    }
    return [
      { shape: solutionShape('solve', x, y, attrs), dtype: x.dtype },
      { shape: x.shape, dtype: x.dtype },
    ];
  },
  compute: ([a, b], attrs, wanted) => {
    const [x, y] = [a as HostArray, b as HostArray];
    const [, n] = sidesOf(x.shape);
    const factors = matricesOf(x).map((matrix) =>
      factorLu(attrs.left ? matrix : transposed(matrix, n, n), n, n),
    );
    const index = factors.findIndex((f) => f.singular > 0);
    if (index >= 0) throw singularError('solve', factors[index]?.singular as number, index, factors.length);
    const shape = solutionShape('solve', x, y, attrs);
    const solution = solveAll({ batch: x.shape.slice(0, -2), n }, y, shape, attrs, (i, columns, k) => {
      const { lu, pivots } = factors[i] as (typeof factors)[number];
      return solveLu(lu, pivots, n, columns, k);
    });
    if (!wanted) return [solution];
    const inverses = factors.map((f) => (attrs.left ? invertLu(f, n) : transposed(invertLu(f, n), n, n)));
    return [solution, joined(x.dtype, x.shape, inverses)];
  },
  visible: 1,
  saves: { outputs: [0, 1] },
  vjp: ([g, gInverse], { outputs: [x, inverse], metas: [a, b], attrs }) => {
    if (!x || !inverse || !a || !b) return [null, null];
    const grads = g && solveGrads(g, x, inverse, attrs);
    return [
      total(grads && sumTo(grads.a, a.shape), gInverse && inverseGrad(inverse, gInverse)),
      grads ? sumTo(grads.b, b.shape) : null,
    ];
  },
});

const solveAttrs = (a: Tensor, b: Tensor, options: SolveOptions): SolveAttrs => ({
  left: options.left ?? true,
  vector: holdsVectors(a, b),
});

/**
 * X of A · X = B, or of X · A = B. A host op, computed in float64 by LU factorisation.
 *
 * @param a - float, (…, n, n).
 * @param b - the same dtype: (…, n, k), or vectors (n) or (…, n); batch dimensions are broadcast.
 * @throws {@link ValueError} when a matrix is singular; {@link ShapeError} when sizes do not fit.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.linalg.solve.html
 *
 * @example
 * ```ts
 * import { solve, tensor } from '@flambeau/core';
 * await solve(tensor([[2, 0], [0, 4]]), tensor([1, 1])); // [0.5, 0.25]
 * ```
 */
export async function solve(a: Tensor, b: Tensor, options: SolveOptions = {}): Promise<Tensor> {
  return (await callHost(solveOp, [a, b], solveAttrs(a, b, options)))[0] as Tensor;
}

/** {@link solve} at once. @throws {@link AsyncReadError} on devices that can only be read asynchronously. */
export function solveSync(a: Tensor, b: Tensor, options: SolveOptions = {}): Tensor {
  return callHostSync(solveOp, [a, b], solveAttrs(a, b, options))[0] as Tensor;
}

/** Options of {@link tensorsolve}. */
export interface TensorsolveOptions {
  /** Dimensions of A that are moved to its end first. */
  readonly dims?: readonly number[];
}

function tensorsolveForm(
  a: Tensor,
  b: Tensor,
  { dims = [] }: TensorsolveOptions,
): HostForm<SolveAttrs, Tensor> {
  const moved = dims.map((axis) => normalizeAxis('tensorsolve', axis, a.shape.length));
  if (new Set(moved).size !== moved.length) {
    throw new ArgumentError('tensorsolve', `dims repeat: got [${dims.join(', ')}], expected distinct ones.`, {
      dims,
    });
  }
  const order = [...a.shape.keys()].filter((axis) => !moved.includes(axis)).concat(moved);
  const shape = order.slice(b.shape.length).map((axis) => a.shape[axis] as number);
  if (sizeOf(shape) * b.size !== a.size || sizeOf(shape) !== b.size) {
    refuseShapes(
      'tensorsolve',
      'sizes do not fit',
      a,
      b,
      'as many elements in the last dimensions of A as in B',
    );
  }
  return {
    device: a.device,
    op: solveOp,
    attrs: { left: true, vector: true },
    inputs: () => [reshape(permute(a, order), [b.size, b.size]), reshape(b, [b.size])],
    finish: ([x]) => reshape(x as Tensor, shape),
  };
}

/**
 * X of tensordot(A, X) = B: the last dimensions of A, as many as X has, are summed over.
 *
 * @throws {@link ValueError} when A has no inverse; {@link ShapeError} when sizes do not fit.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.linalg.tensorsolve.html
 *
 * @example
 * ```ts
 * import { eye, ones, tensorsolve } from '@flambeau/core';
 * (await tensorsolve(eye(6).reshape([2, 3, 6]), ones([2, 3]))).shape; // [6]
 * ```
 */
export async function tensorsolve(a: Tensor, b: Tensor, options: TensorsolveOptions = {}): Promise<Tensor> {
  return run(tensorsolveForm(a, b, options));
}

/** {@link tensorsolve} at once. @throws {@link AsyncReadError} on devices that can only be read asynchronously. */
export function tensorsolveSync(a: Tensor, b: Tensor, options: TensorsolveOptions = {}): Tensor {
  return runSync(tensorsolveForm(a, b, options));
}
