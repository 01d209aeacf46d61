import type { Tensor } from '../../tensor.ts';
import { add } from '../elementwise.ts';
import { callHost, callHostSync, defineHostOp, type HostArray } from '../host-op.ts';
import type { KernelOp, OutputSpec } from '../op.ts';
import { tril, triu } from '../shape/triangle.ts';
import type { NoAttrs } from '../types.ts';
import { narrow } from '../view.ts';
import { blocksOf, joined, matricesOf, sidesOf } from './batch.ts';
import { checkFloats, checkMatrix, refuseShapes, singularError } from './checks.ts';
import { identityLike, placed, total } from './gradient-parts.ts';
import { factorLu, permutationMatrix } from './host/lu.ts';
import { firstColumns, identity } from './host/matrix.ts';
import { solveTriangle, triangleOf } from './host/triangular.ts';
import { luGrad } from './lu-gradient.ts';

/** Options of {@link lu} and {@link luFactor}. */
export interface LuOptions {
  /** Exchange rows, without which elimination may break down. Default true. */
  readonly pivot?: boolean;
}

interface LuAttrs {
  readonly pivot: boolean;
}

const LOWER = { upper: false, unit: true };
const UPPER = { upper: true, unit: false };

/** What the factors of (…, m, n) look like. */
function specsFor({
  shape,
  dtype,
}: OutputSpec): Readonly<Record<'p' | 'l' | 'u' | 'square' | 'pivots', OutputSpec>> {
  const batch = shape.slice(0, -2);
  const [m, n] = sidesOf(shape);
  const k = Math.min(m, n);
  return {
    p: { shape: [...batch, m, m], dtype },
    l: { shape: [...batch, m, k], dtype },
    u: { shape: [...batch, k, n], dtype },
    square: { shape: [...batch, k, k], dtype },
    pivots: { shape: [...batch, k], dtype: 'int32' },
  };
}

type Packed = { readonly lu: Float64Array; readonly pivots: ArrayLike<number> };

/** P, L and U of packed factors. */
function unpacked(factors: readonly Packed[], like: OutputSpec): [HostArray, HostArray, HostArray] {
  const { p, l, u } = specsFor(like);
  const [m, n] = sidesOf(like.shape);
  const k = Math.min(m, n);
  const { dtype } = like;
  return [
    joined(
      dtype,
      p.shape,
      factors.map(({ pivots }) => permutationMatrix(pivots, m)),
    ),
    joined(
      dtype,
      l.shape,
      factors.map(({ lu }) => firstColumns(triangleOf(lu, m, n, LOWER), m, n, k)),
    ),
    joined(
      dtype,
      u.shape,
      factors.map(({ lu }) => triangleOf(lu, k, n, UPPER)),
    ),
  ];
}

/** The inverses of the leading square parts of L and U. */
function inverseCorners(factors: readonly Packed[], like: OutputSpec): [HostArray, HostArray] {
  const { shape } = specsFor(like).square;
  const [m, n] = sidesOf(like.shape);
  const k = Math.min(m, n);
  const corners = (triangle: typeof LOWER): HostArray =>
    joined(
      like.dtype,
      shape,
      factors.map(({ lu }) => {
        const out = identity(k);
        solveTriangle(lu, k, out, k, triangle, n);
        return out;
      }),
    );
  return [corners(LOWER), corners(UPPER)];
}

/** `[x] → [P, L, U, L₁⁻¹, U₁⁻¹]`, the last two hidden. @internal */
export const luOp: KernelOp<LuAttrs> = /*#__PURE__*/ defineHostOp<LuAttrs>({
  name: 'lu',
  infer: ([x]) => {
    checkMatrix('lu', x as Tensor);
    const { p, l, u, square } = specsFor(x as Tensor);
    return [p, l, u, square, square];
  },
  compute: ([x], { pivot }, wanted) => {
    const [m, n] = sidesOf((x as HostArray).shape);
    const factors = matricesOf(x as HostArray).map((a) => factorLu(a, m, n, pivot));
    const parts = unpacked(factors, x as HostArray);
    return wanted ? [...parts, ...inverseCorners(factors, x as HostArray)] : parts;
  },
  visible: 3,
  constants: [0],
  saves: { outputs: [0, 1, 2, 3, 4] },
  vjp: ([, l, u, lInverse, uInverse], { outputs }) => {
    const [p, L, U, LInverse, UInverse] = outputs as [Tensor, Tensor, Tensor, Tensor, Tensor];
    const parts = { p, l: L, u: U, lInverse: LInverse, uInverse: UInverse };
    return [luGrad(parts, { l, u, lInverse, uInverse })];
  },
});

/** The factors of A = P · L · U. */
export interface Lu {
  /** Permutation, (…, m, m). Carries no gradient. */
  readonly P: Tensor;
  /** Lower triangular with ones on the diagonal, (…, m, k), k = min(m, n). */
  readonly L: Tensor;
  /** Upper triangular, (…, k, n). */
  readonly U: Tensor;
}

/**
 * The LU decomposition with row exchanges: A = P · L · U. A host op, computed in float64.
 *
 * @param x - float, (…, m, n).
 * @throws {@link ShapeError} on fewer than two dimensions.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.linalg.lu.html; `pivot: false`, there for CUDA only,
 * works everywhere.
 *
 * @example
 * ```ts
 * import { lu, tensor } from '@flambeau/core';
 * const { L, U } = await lu(tensor([[4, 3], [2, 1]])); // [[1, 0], [0.5, 1]], [[4, 3], [0, -0.5]]
 * ```
 */
export async function lu(x: Tensor, options: LuOptions = {}): Promise<Lu> {
  const [P, L, U] = (await callHost(luOp, [x], { pivot: options.pivot ?? true })) as [Tensor, Tensor, Tensor];
  return { P, L, U };
}

/** {@link lu} at once. @throws {@link AsyncReadError} on devices that can only be read asynchronously. */
export function luSync(x: Tensor, options: LuOptions = {}): Lu {
  const [P, L, U] = callHostSync(luOp, [x], { pivot: options.pivot ?? true }) as [Tensor, Tensor, Tensor];
  return { P, L, U };
}

/** `[x] → [LU, pivots, P, L₁⁻¹, U₁⁻¹]`, the last three hidden. @internal */
export const luFactorOp: KernelOp<LuAttrs> = /*#__PURE__*/ defineHostOp<LuAttrs>({
  name: 'luFactor',
  infer: ([x]) => {
    checkMatrix('luFactor', x as Tensor);
    const { shape, dtype } = x as Tensor;
    const { p, square, pivots } = specsFor({ shape, dtype });
    return [{ shape, dtype }, pivots, p, square, square];
  },
  compute: ([x], { pivot }, wanted) => {
    const { dtype, shape } = x as HostArray;
    const [m, n] = sidesOf(shape);
    const factors = matricesOf(x as HostArray).map((a) => factorLu(a, m, n, pivot));
    const index = factors.findIndex((f) => f.singular > 0);
    if (index >= 0)
      throw singularError('luFactor', factors[index]?.singular as number, index, factors.length);
    const specs = specsFor(x as HostArray);
    const packed = joined(
      dtype,
      shape,
      factors.map((f) => f.lu),
    );
    const pivots = joined(
      'int32',
      specs.pivots.shape,
      factors.map((f) => f.pivots),
    );
    if (!wanted) return [packed, pivots];
    const p = joined(
      dtype,
      specs.p.shape,
      factors.map((f) => permutationMatrix(f.pivots, m)),
    );
    return [packed, pivots, p, ...inverseCorners(factors, x as HostArray)];
  },
  visible: 2,
  constants: [2],
  saves: { outputs: [0, 2, 3, 4] },
  vjp: ([g, , , lInverse, uInverse], { outputs }) => {
    const [packed, , p, LInverse, UInverse] = outputs as [Tensor, Tensor, Tensor, Tensor, Tensor];
    const below = belowOf(packed);
    const l = add(below, identityLike(packed, ...sidesOf(below.shape)));
    const parts = { p, l, u: aboveOf(packed), lInverse: LInverse, uInverse: UInverse };
    const grads = { l: g && belowOf(g), u: g && aboveOf(g), lInverse, uInverse };
    return [luGrad(parts, grads)];
  },
});

/** What lies below the diagonal: (…, m, k). */
function belowOf(packed: Tensor): Tensor {
  return tril(narrow(packed, -1, 0, Math.min(...sidesOf(packed.shape))), -1);
}

/** What lies on and above the diagonal: (…, k, n). */
function aboveOf(packed: Tensor): Tensor {
  return triu(narrow(packed, -2, 0, Math.min(...sidesOf(packed.shape))));
}

/** Packed factors. */
export interface PackedLu {
  /** U, and below its diagonal L without its ones: (…, m, n). */
  readonly LU: Tensor;
  /** int32 (…, k): row i was exchanged with row `pivots[i] − 1`, one after the other. */
  readonly pivots: Tensor;
}

/**
 * The LU decomposition in packed form, for {@link luSolve}. A host op, computed in float64.
 *
 * @param x - float, (…, m, n).
 * @throws {@link ValueError} when a pivot is zero: {@link lu} accepts that. {@link ShapeError} on fewer than two
 * dimensions.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.linalg.lu_factor.html
 *
 * @example
 * ```ts
 * import { luFactor, luSolve, tensor } from '@flambeau/core';
 * const { LU, pivots } = await luFactor(tensor([[4, 3], [2, 1]]));
 * await luSolve(LU, pivots, tensor([[7], [3]])); // [[1], [1]]
 * ```
 */
export async function luFactor(x: Tensor, options: LuOptions = {}): Promise<PackedLu> {
  const [LU, pivots] = (await callHost(luFactorOp, [x], { pivot: options.pivot ?? true })) as [
    Tensor,
    Tensor,
  ];
  return { LU, pivots };
}

/** {@link luFactor} at once. @throws {@link AsyncReadError} on devices that can only be read asynchronously. */
export function luFactorSync(x: Tensor, options: LuOptions = {}): PackedLu {
  const [LU, pivots] = callHostSync(luFactorOp, [x], { pivot: options.pivot ?? true }) as [Tensor, Tensor];
  return { LU, pivots };
}

/** @throws {@link ShapeError} unless pivots belong to packed factors. */
export function checkPivots(op: string, packed: Tensor, pivots: Tensor): void {
  checkMatrix(op, packed, 'factor');
  const { shape } = specsFor(packed).pivots;
  if (pivots.shape.length === shape.length && shape.every((size, i) => size === pivots.shape[i])) return;
  refuseShapes(op, 'the pivots do not belong to the factors', packed, pivots, `pivots [${shape.join(', ')}]`);
}

/** `[LU, pivots] → [P, L, U]`. @internal */
export const luUnpackOp: KernelOp<NoAttrs> = /*#__PURE__*/ defineHostOp<NoAttrs>({
  name: 'luUnpack',
  infer: ([packed, pivots]) => {
    checkPivots('luUnpack', packed as Tensor, pivots as Tensor);
    checkFloats('luUnpack', packed as Tensor);
    const { p, l, u } = specsFor(packed as Tensor);
    return [p, l, u];
  },
  compute: ([packed, pivots]) => {
    const rows = blocksOf(pivots as HostArray, 1);
    const factors = matricesOf(packed as HostArray).map((a, i) => ({
      lu: a,
      pivots: rows[i] as Float64Array,
    }));
    return unpacked(factors, packed as HostArray);
  },
  constants: [0],
  vjp: ([, gL, gU], { metas: [packed] }) => {
    if (!packed) return [null, null];
    const [m, n] = sidesOf(packed.shape);
    return [total(gL && placed(tril(gL, -1), -1, 0, n), gU && placed(triu(gU), -2, 0, m)), null];
  },
});

/**
 * P, L and U of the packed factors that {@link luFactor} gives.
 *
 * @throws {@link ShapeError} when the pivots do not belong to the factors.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.lu_unpack.html
 *
 * @example
 * ```ts
 * import { luFactor, luUnpack, tensor } from '@flambeau/core';
 * const { LU, pivots } = await luFactor(tensor([[4, 3], [2, 1]]));
 * const { L } = await luUnpack(LU, pivots); // [[1, 0], [0.5, 1]]
 * ```
 */
export async function luUnpack(LU: Tensor, pivots: Tensor): Promise<Lu> {
  const [P, L, U] = (await callHost(luUnpackOp, [LU, pivots], {})) as [Tensor, Tensor, Tensor];
  return { P, L, U };
}

/** {@link luUnpack} at once. @throws {@link AsyncReadError} on devices that can only be read asynchronously. */
export function luUnpackSync(LU: Tensor, pivots: Tensor): Lu {
  const [P, L, U] = callHostSync(luUnpackOp, [LU, pivots], {}) as [Tensor, Tensor, Tensor];
  return { P, L, U };
}
