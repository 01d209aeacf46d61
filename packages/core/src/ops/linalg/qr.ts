import { ArgumentError } from '../../errors.ts';
import type { Tensor } from '../../tensor.ts';
import { add, sub } from '../elementwise.ts';
import { callHost, callHostSync, defineHostOp, type HostArray } from '../host-op.ts';
import { matmul } from '../matmul.ts';
import type { KernelOp } from '../op.ts';
import { triu } from '../shape/triangle.ts';
import type { NoAttrs } from '../types.ts';
import { mT, narrow } from '../view.ts';
import { joined, matricesOf, sidesOf } from './batch.ts';
import { checkMatrix } from './checks.ts';
import { inverseGrad, placed, total } from './gradient-parts.ts';
import { factorQr, formQ, formR } from './host/householder.ts';
import { identity } from './host/matrix.ts';
import { solveTriangle } from './host/triangular.ts';

/** How much of Q and R is wanted: see {@link qr}. */
export type QrMode = 'reduced' | 'complete' | 'r';

/** Options of {@link qr}. */
export interface QrOptions {
  /** Default 'reduced'. */
  readonly mode?: QrMode;
}

interface QrAttrs {
  readonly mode: QrMode;
}

/** `[x] → [Q, R, R₁⁻¹]`, the last hidden: the inverse of R's leading square. @internal */
export const qrOp: KernelOp<QrAttrs> = /*#__PURE__*/ defineHostOp<QrAttrs>({
  name: 'qr',
  infer: ([x], { mode }) => {
    const { shape, dtype } = x as Tensor;
    checkMatrix('qr', x as Tensor);
    if (!['reduced', 'complete', 'r'].includes(mode)) {
      throw new ArgumentError('qr', `unknown mode: got '${mode}', expected 'reduced', 'complete' or 'r'.`, {
        mode,
      });
    }
    const batch = shape.slice(0, -2);
    const [m, n] = sidesOf(shape);
    const k = Math.min(m, n);
    const columns = mode === 'complete' ? m : k;
    return [
      { shape: mode === 'r' ? [0] : [...batch, m, columns], dtype },
      { shape: [...batch, columns, n], dtype },
      { shape: [...batch, k, k], dtype },
    ];
  },
  compute: ([x], { mode }, wanted) => {
    const { dtype, shape } = x as HostArray;
    const batch = shape.slice(0, -2);
    const [m, n] = sidesOf(shape);
    const k = Math.min(m, n);
    const columns = mode === 'complete' ? m : k;
    const factors = matricesOf(x as HostArray).map((a) => factorQr(a, m, n));
    const q =
      mode === 'r'
        ? joined(dtype, [0], [])
        : joined(
            dtype,
            [...batch, m, columns],
            factors.map((f) => formQ(f, m, n, columns)),
          );
    const r = joined(
      dtype,
      [...batch, columns, n],
      factors.map((f) => formR(f, n, columns)),
    );
    if (!wanted) return [q, r];
    const inverses = factors.map(({ a }) => {
      const out = identity(k);
      solveTriangle(a, k, out, k, { upper: true, unit: false }, n);
      return out;
    });
    return [q, r, joined(dtype, [...batch, k, k], inverses)];
  },
  visible: 2,
  saves: { outputs: [0, 1, 2] },
  vjp: ([gQ, gR, gInverse], { outputs: [q, r, inverse], metas: [x], attrs: { mode } }) => {
    if (!q || !r || !inverse || !x) return [null];
    const [m, n] = sidesOf(x.shape);
    if (mode === 'r' || (mode === 'complete' && m > n)) throw notDifferentiable(mode);
    const g = gR ?? null;
    const square = gInverse && triu(inverseGrad(inverse, gInverse));
    if (m >= n) return [tallGrad(gQ ?? null, total(g, square), q, r, inverse)];
    const beside = narrow(r, -1, m, n - m);
    const gLeft = total(g && narrow(g, -1, 0, m), square);
    const gBeside = g && narrow(g, -1, m, n - m);
    const gQs = total(gQ, gBeside && matmul(matmul(q, beside), mT(gBeside)));
    const left = tallGrad(gQs, gLeft, q, narrow(r, -1, 0, m), inverse);
    return [total(left && placed(left, -1, 0, n), gBeside && placed(matmul(q, gBeside), -1, m, n))];
  },
});

/** (gQ + Q · M) · R⁻ᵀ with M symmetric, its upper triangle that of gR · Rᵀ − Qᵀ · gQ. */
function tallGrad(
  gQ: Tensor | null,
  gR: Tensor | null,
  q: Tensor,
  r: Tensor,
  inverse: Tensor,
): Tensor | null {
  if (!gQ && !gR) return null;
  const fromR = gR && matmul(gR, mT(r));
  const fromQ = gQ && matmul(mT(q), gQ);
  const middle = fromR && fromQ ? sub(fromR, fromQ) : (fromR ?? sub(0, fromQ as Tensor));
  const inner = matmul(q, add(triu(middle), mT(triu(middle, 1))));
  return matmul(gQ ? add(gQ, inner) : inner, mT(inverse));
}

function notDifferentiable(mode: QrMode): ArgumentError {
  return new ArgumentError(
    'qr',
    `no gradient: got mode '${mode}'${mode === 'complete' ? ' of a matrix with more rows than columns' : ''}, expected 'reduced'.`,
    { mode },
  );
}

/** A = Q · R. */
export interface Qr {
  /** Orthonormal columns: (…, m, k), k = min(m, n); (…, m, m) in mode 'complete', empty in mode 'r'. */
  readonly Q: Tensor;
  /** Upper triangular: (…, k, n), or (…, m, n) in mode 'complete'. */
  readonly R: Tensor;
}

/**
 * The QR decomposition by Householder reflections: A = Q · R, with the signs that LAPACK gives. A host op, computed in
 * float64.
 *
 * @param x - float, (…, m, n).
 * @throws {@link ShapeError} on fewer than two dimensions. Backward throws {@link ArgumentError} in mode 'r', and in mode
 * 'complete' where m > n.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.linalg.qr.html
 *
 * @example
 * ```ts
 * import { qr, tensor } from '@flambeau/core';
 * const { Q, R } = await qr(tensor([[3, 1], [4, 2]])); // R: [[-5, -2.2], [0, 0.4]]
 * ```
 */
export async function qr(x: Tensor, options: QrOptions = {}): Promise<Qr> {
  const [Q, R] = (await callHost(qrOp, [x], { mode: options.mode ?? 'reduced' })) as [Tensor, Tensor];
  return { Q, R };
}

/** {@link qr} at once. @throws {@link AsyncReadError} on devices that can only be read asynchronously. */
export function qrSync(x: Tensor, options: QrOptions = {}): Qr {
  const [Q, R] = callHostSync(qrOp, [x], { mode: options.mode ?? 'reduced' }) as [Tensor, Tensor];
  return { Q, R };
}

/** @internal */
export const geqrfOp: KernelOp<NoAttrs> = /*#__PURE__*/ defineHostOp<NoAttrs>({
  name: 'geqrf',
  infer: ([x]) => {
    const { shape, dtype } = x as Tensor;
    checkMatrix('geqrf', x as Tensor);
    return [
      { shape, dtype },
      { shape: [...shape.slice(0, -2), Math.min(...sidesOf(shape))], dtype },
    ];
  },
  compute: ([x]) => {
    const { dtype, shape } = x as HostArray;
    const [m, n] = sidesOf(shape);
    const factors = matricesOf(x as HostArray).map((a) => factorQr(a, m, n));
    return [
      joined(
        dtype,
        shape,
        factors.map((f) => f.a),
      ),
      joined(
        dtype,
        [...shape.slice(0, -2), Math.min(m, n)],
        factors.map((f) => f.tau),
      ),
    ];
  },
  vjp: null,
});

/** A packed QR decomposition. */
export interface PackedQr {
  /** R on and above the diagonal, below it the tails of the reflection vectors: (…, m, n). */
  readonly a: Tensor;
  /** Factors of the reflections, (…, min(m, n)). */
  readonly tau: Tensor;
}

/**
 * The QR decomposition as LAPACK packs it, for {@link householderProduct} and {@link ormqr}. A host op; not
 * differentiable: use {@link qr}.
 *
 * @param x - float, (…, m, n).
 * @throws {@link ShapeError} on fewer than two dimensions.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.geqrf.html
 *
 * @example
 * ```ts
 * import { geqrf, householderProduct, tensor } from '@flambeau/core';
 * const { a, tau } = await geqrf(tensor([[3, 1], [4, 2]]));
 * householderProduct(a, tau); // [[-0.6, -0.8], [-0.8, 0.6]]
 * ```
 */
export async function geqrf(x: Tensor): Promise<PackedQr> {
  const [a, tau] = (await callHost(geqrfOp, [x], {})) as unknown as [Tensor, Tensor];
  return { a, tau };
}

/** {@link geqrf} at once. @throws {@link AsyncReadError} on devices that can only be read asynchronously. */
export function geqrfSync(x: Tensor): PackedQr {
  const [a, tau] = callHostSync(geqrfOp, [x], {}) as unknown as [Tensor, Tensor];
  return { a, tau };
}
