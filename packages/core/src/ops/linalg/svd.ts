import type { Tensor } from '../../tensor.ts';
import { add, div, mul, square, sub } from '../elementwise.ts';
import { callHost, callHostSync, defineHostOp, type HostArray } from '../host-op.ts';
import { matmul } from '../matmul.ts';
import type { KernelOp } from '../op.ts';
import { diagEmbed } from '../shape/diagonal.ts';
import type { NoAttrs } from '../types.ts';
import { mT, narrow, unsqueeze } from '../view.ts';
import { joined, matricesOf, sidesOf } from './batch.ts';
import { checkFinite, checkMatrix } from './checks.ts';
import { identityLike, total } from './gradient-parts.ts';
import { decomposeSvd, fullBases } from './host/svd.ts';

/** Options of {@link svd}. */
export interface SvdOptions {
  /** All m left and n right singular vectors. Default true. */
  readonly fullMatrices?: boolean;
}

interface SvdAttrs {
  readonly fullMatrices: boolean;
}

function decomposeAll(op: string, x: HostArray, fullMatrices: boolean): Record<'u' | 's' | 'vh', HostArray> {
  const { dtype, shape } = x;
  const [m, n] = sidesOf(shape);
  const k = Math.min(m, n);
  const matrices = matricesOf(x);
  checkFinite(op, matrices);
  const found = matrices.map((a) => {
    const thin = decomposeSvd(a, m, n);
    return fullMatrices ? { ...thin, ...fullBases(thin, m, n) } : thin;
  });
  const batch = shape.slice(0, -2);
  return {
    u: joined(
      dtype,
      [...batch, m, fullMatrices ? m : k],
      found.map((f) => f.u),
    ),
    s: joined(
      dtype,
      [...batch, k],
      found.map((f) => f.s),
    ),
    vh: joined(
      dtype,
      [...batch, fullMatrices ? n : k, n],
      found.map((f) => f.vh),
    ),
  };
}

interface Grads {
  readonly u: Tensor | null | undefined;
  readonly s: Tensor | null | undefined;
  readonly vh: Tensor | null | undefined;
}

/** X − Xᵀ. */
const skew = (x: Tensor): Tensor => sub(x, mT(x));

/**
 * The gradient of A from those of U, S and Vh, all with k vectors: U · (diag(gS) + skew(Uᵀ gU) / E · S + S · skew(Vᵀ gV) / E)
 * · Vh with Eᵢⱼ = Sⱼ² − Sᵢ², and what lies outside of the spaces that U and V span.
 */
function svdGrad(u: Tensor, s: Tensor, vh: Tensor, g: Grads): Tensor | null {
  const [m, n, k] = [u.shape.at(-2) as number, vh.shape.at(-1) as number, s.shape.at(-1) as number];
  const byRow = unsqueeze(s, -1);
  const byColumn = unsqueeze(s, -2);
  const rotated = (x: Tensor): Tensor => {
    const gaps = sub(square(byColumn), square(byRow));
    return div(skew(x), add(gaps, identityLike(gaps, k)));
  };
  const fromU = g.u && matmul(mT(u), g.u);
  const fromV = g.vh && matmul(vh, mT(g.vh));
  const middle = total(
    fromU && mul(rotated(fromU), byColumn),
    fromV && mul(byRow, rotated(fromV)),
    g.s && diagEmbed(g.s),
  );
  const inside = middle && matmul(u, matmul(middle, vh));
  const left = m > k && g.u && fromU ? matmul(div(sub(g.u, matmul(u, fromU)), byColumn), vh) : null;
  const right = n > k && g.vh && fromV ? matmul(u, div(sub(g.vh, matmul(mT(fromV), vh)), byRow)) : null;
  return total(inside, left, right);
}

/** `[x] → [U, S, Vh]`. @internal */
export const svdOp: KernelOp<SvdAttrs> = /*#__PURE__*/ defineHostOp<SvdAttrs>({
  name: 'svd',
  infer: ([x], { fullMatrices }) => {
    checkMatrix('svd', x as Tensor);
    const { shape, dtype } = x as Tensor;
    const batch = shape.slice(0, -2);
    const [m, n] = sidesOf(shape);
    const k = Math.min(m, n);
    return [
      { shape: [...batch, m, fullMatrices ? m : k], dtype },
      { shape: [...batch, k], dtype },
      { shape: [...batch, fullMatrices ? n : k, n], dtype },
    ];
  },
  compute: ([x], { fullMatrices }) => {
    const { u, s, vh } = decomposeAll('svd', x as HostArray, fullMatrices);
    return [u, s, vh];
  },
  saves: { outputs: [0, 1, 2] },
  vjp: ([gU, gS, gVh], { outputs: [u, s, vh] }) => {
    if (!u || !s || !vh) return [null];
    const k = s.shape.at(-1) as number;
    // As in PyTorch, vectors beyond the first k have no gradient: nothing determines them.
    return [
      svdGrad(narrow(u, -1, 0, k), s, narrow(vh, -2, 0, k), {
        u: gU && narrow(gU, -1, 0, k),
        s: gS,
        vh: gVh && narrow(gVh, -2, 0, k),
      }),
    ];
  },
});

/** A = U · diag(S) · Vh. */
export interface Svd {
  /** Left singular vectors in the columns: (…, m, m), or (…, m, k), k = min(m, n). */
  readonly U: Tensor;
  /** Singular values, descending: (…, k). */
  readonly S: Tensor;
  /** Right singular vectors in the rows: (…, n, n), or (…, k, n). */
  readonly Vh: Tensor;
}

/**
 * The singular value decomposition: A = U · diag(S) · Vh. A host op, computed in float64. A pair of singular vectors is
 * determined up to its sign; the gradient of vectors is finite only where singular values are distinct.
 *
 * @param x - float, (…, m, n).
 * @throws {@link ValueError} on infinities and NaN; {@link ShapeError} on fewer than two dimensions.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.linalg.svd.html
 *
 * @example
 * ```ts
 * import { svd, tensor } from '@flambeau/core';
 * const { S } = await svd(tensor([[3, 0], [0, -4]])); // [4, 3]
 * ```
 */
export async function svd(x: Tensor, options: SvdOptions = {}): Promise<Svd> {
  const attrs = { fullMatrices: options.fullMatrices ?? true };
  const [U, S, Vh] = (await callHost(svdOp, [x], attrs)) as [Tensor, Tensor, Tensor];
  return { U, S, Vh };
}

/** {@link svd} at once. @throws {@link AsyncReadError} on devices that can only be read asynchronously. */
export function svdSync(x: Tensor, options: SvdOptions = {}): Svd {
  const attrs = { fullMatrices: options.fullMatrices ?? true };
  const [U, S, Vh] = callHostSync(svdOp, [x], attrs) as [Tensor, Tensor, Tensor];
  return { U, S, Vh };
}

/** `[x] → [S, U, Vh]`, the last two hidden. @internal */
export const svdvalsOp: KernelOp<NoAttrs> = /*#__PURE__*/ defineHostOp<NoAttrs>({
  name: 'svdvals',
  infer: ([x]) => {
    checkMatrix('svdvals', x as Tensor);
    const { shape, dtype } = x as Tensor;
    const batch = shape.slice(0, -2);
    const [m, n] = sidesOf(shape);
    const k = Math.min(m, n);
    return [
      { shape: [...batch, k], dtype },
      { shape: [...batch, m, k], dtype },
      { shape: [...batch, k, n], dtype },
    ];
  },
  compute: ([x], _attrs, wanted) => {
    const { u, s, vh } = decomposeAll('svdvals', x as HostArray, false);
    return wanted ? [s, u, vh] : [s];
  },
  visible: 1,
  saves: { outputs: [0, 1, 2] },
  vjp: ([gS, gU, gVh], { outputs: [s, u, vh] }) => [
    u && s && vh ? svdGrad(u, s, vh, { u: gU, s: gS, vh: gVh }) : null,
  ],
});

/**
 * The singular values of matrices, descending: (…, m, n) to (…, min(m, n)). A host op, computed in float64.
 *
 * @param x - float, (…, m, n).
 * @throws {@link ValueError} on infinities and NaN; {@link ShapeError} on fewer than two dimensions.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.linalg.svdvals.html
 *
 * @example
 * ```ts
 * import { svdvals, tensor } from '@flambeau/core';
 * await svdvals(tensor([[3, 0], [0, -4]])); // [4, 3]
 * ```
 */
export async function svdvals(x: Tensor): Promise<Tensor> {
  return (await callHost(svdvalsOp, [x], {}))[0] as Tensor;
}

/** {@link svdvals} at once. @throws {@link AsyncReadError} on devices that can only be read asynchronously. */
export function svdvalsSync(x: Tensor): Tensor {
  return callHostSync(svdvalsOp, [x], {})[0] as Tensor;
}
