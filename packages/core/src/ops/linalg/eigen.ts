import { ArgumentError } from '../../errors.ts';
import type { Tensor } from '../../tensor.ts';
import { add, div, sub } from '../elementwise.ts';
import { callHost, callHostSync, defineHostOp, type HostArray } from '../host-op.ts';
import { matmul } from '../matmul.ts';
import type { KernelOp } from '../op.ts';
import { diagEmbed } from '../shape/diagonal.ts';
import { mT, unsqueeze } from '../view.ts';
import { joined, matricesOf, sidesOf } from './batch.ts';
import { checkFinite, checkSquare } from './checks.ts';
import { identityLike, offDiagonal, total } from './gradient-parts.ts';
import { type Eigen, symmetricEigen } from './host/symmetric-eigen.ts';

/** Which triangle of a symmetric matrix is read. */
export type Triangle = 'L' | 'U';

/** Options of {@link eigh} and {@link eigvalsh}. */
export interface EighOptions {
  /** Which triangle is read. Default 'L'. */
  readonly UPLO?: Triangle;
}

interface EighAttrs {
  readonly UPLO: Triangle;
}

function checkInput(op: string, x: Tensor, { UPLO }: EighAttrs): void {
  checkSquare(op, x);
  if (UPLO !== 'L' && UPLO !== 'U') {
    throw new ArgumentError(op, `unknown triangle: got '${UPLO}', expected 'L' or 'U'.`, { UPLO });
  }
}

/** The symmetric matrices that one triangle gives. @throws {@link ValueError} unless they are finite. */
export function symmetricMatrices(
  op: string,
  x: HostArray,
  UPLO: Triangle = 'L',
): Float64Array<ArrayBuffer>[] {
  const [, n] = sidesOf(x.shape);
  const matrices = matricesOf(x);
  for (const a of matrices) {
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < i; j++) {
        if (UPLO === 'L') a[j * n + i] = a[i * n + j] as number;
        else a[i * n + j] = a[j * n + i] as number;
      }
    }
  }
  checkFinite(op, matrices);
  return matrices;
}

function eigenOf(op: string, x: HostArray, { UPLO }: EighAttrs): { values: HostArray; vectors: HostArray } {
  const [, n] = sidesOf(x.shape);
  const found = symmetricMatrices(op, x, UPLO).map((a): Eigen => symmetricEigen(a, n));
  return {
    values: joined(
      x.dtype,
      x.shape.slice(0, -1),
      found.map((f) => f.values),
    ),
    vectors: joined(
      x.dtype,
      x.shape,
      found.map((f) => f.vectors),
    ),
  };
}

/** V · (diag(gλ) + (Vᵀ gV) / (λⱼ − λᵢ)) · Vᵀ. */
function eigenGrad(
  values: Tensor,
  vectors: Tensor,
  gValues: Tensor | null | undefined,
  gVectors: Tensor | null | undefined,
): Tensor | null {
  const fromVectors = (g: Tensor): Tensor => {
    const gaps = sub(unsqueeze(values, -2), unsqueeze(values, -1));
    const safe = add(gaps, identityLike(gaps, gaps.shape.at(-1) as number));
    return div(offDiagonal(matmul(mT(vectors), g)), safe);
  };
  const middle = total(gValues && diagEmbed(gValues), gVectors && fromVectors(gVectors));
  return middle && matmul(vectors, matmul(middle, mT(vectors)));
}

/** `[x] → [λ, V]`. @internal */
export const eighOp: KernelOp<EighAttrs> = /*#__PURE__*/ defineHostOp<EighAttrs>({
  name: 'eigh',
  infer: ([x], attrs) => {
    checkInput('eigh', x as Tensor, attrs);
    const { shape, dtype } = x as Tensor;
    return [
      { shape: shape.slice(0, -1), dtype },
      { shape, dtype },
    ];
  },
  compute: ([x], attrs) => {
    const { values, vectors } = eigenOf('eigh', x as HostArray, attrs);
    return [values, vectors];
  },
  saves: { outputs: [0, 1] },
  vjp: ([gValues, gVectors], { outputs: [values, vectors] }) => [
    values && vectors ? eigenGrad(values, vectors, gValues, gVectors) : null,
  ],
});

/** A = V · diag(λ) · Vᵀ. */
export interface Eigh {
  /** λ, ascending: (…, n). */
  readonly eigenvalues: Tensor;
  /** V, orthonormal, in the columns: (…, n, n). Each is determined up to its sign. */
  readonly eigenvectors: Tensor;
}

/**
 * Eigenvalues and eigenvectors of symmetric matrices: A = V · diag(λ) · Vᵀ. A host op, computed in float64; only one
 * triangle of A is read. The gradient of eigenvectors is finite only where eigenvalues are distinct.
 *
 * @param x - float, (…, n, n).
 * @throws {@link ValueError} on infinities and NaN; {@link ShapeError} when a matrix is not square.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.linalg.eigh.html
 *
 * @example
 * ```ts
 * import { eigh, tensor } from '@flambeau/core';
 * const { eigenvalues } = await eigh(tensor([[2, 1], [1, 2]])); // [1, 3]
 * ```
 */
export async function eigh(x: Tensor, options: EighOptions = {}): Promise<Eigh> {
  const [eigenvalues, eigenvectors] = (await callHost(eighOp, [x], { UPLO: options.UPLO ?? 'L' })) as [
    Tensor,
    Tensor,
  ];
  return { eigenvalues, eigenvectors };
}

/** {@link eigh} at once. @throws {@link AsyncReadError} on devices that can only be read asynchronously. */
export function eighSync(x: Tensor, options: EighOptions = {}): Eigh {
  const [eigenvalues, eigenvectors] = callHostSync(eighOp, [x], { UPLO: options.UPLO ?? 'L' }) as [
    Tensor,
    Tensor,
  ];
  return { eigenvalues, eigenvectors };
}

/** `[x] → [λ, V]`, the last hidden. @internal */
export const eigvalshOp: KernelOp<EighAttrs> = /*#__PURE__*/ defineHostOp<EighAttrs>({
  name: 'eigvalsh',
  infer: ([x], attrs) => {
    checkInput('eigvalsh', x as Tensor, attrs);
    const { shape, dtype } = x as Tensor;
    return [
      { shape: shape.slice(0, -1), dtype },
      { shape, dtype },
    ];
  },
  compute: ([x], attrs, wanted) => {
    const { values, vectors } = eigenOf('eigvalsh', x as HostArray, attrs);
    return wanted ? [values, vectors] : [values];
  },
  visible: 1,
  saves: { outputs: [0, 1] },
  vjp: ([gValues, gVectors], { outputs: [values, vectors] }) => [
    values && vectors ? eigenGrad(values, vectors, gValues, gVectors) : null,
  ],
});

/**
 * The eigenvalues of symmetric matrices, ascending: (…, n, n) to (…, n). A host op; only one triangle is read.
 *
 * @param x - float, (…, n, n).
 * @throws {@link ValueError} on infinities and NaN; {@link ShapeError} when a matrix is not square.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.linalg.eigvalsh.html
 *
 * @example
 * ```ts
 * import { eigvalsh, tensor } from '@flambeau/core';
 * await eigvalsh(tensor([[2, 1], [1, 2]])); // [1, 3]
 * ```
 */
export async function eigvalsh(x: Tensor, options: EighOptions = {}): Promise<Tensor> {
  return (await callHost(eigvalshOp, [x], { UPLO: options.UPLO ?? 'L' }))[0] as Tensor;
}

/** {@link eigvalsh} at once. @throws {@link AsyncReadError} on devices that can only be read asynchronously. */
export function eigvalshSync(x: Tensor, options: EighOptions = {}): Tensor {
  return callHostSync(eigvalshOp, [x], { UPLO: options.UPLO ?? 'L' })[0] as Tensor;
}
