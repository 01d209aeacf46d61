import type { Tensor } from '../../tensor.ts';
import { sub } from '../elementwise.ts';
import { matmul } from '../matmul.ts';
import { cat } from '../shape/join.ts';
import { tril, triu } from '../shape/triangle.ts';
import { mT, narrow } from '../view.ts';
import { inverseGrad, placed, total } from './gradient-parts.ts';

/** The factors of A = P · L · U, and the inverses of the leading square parts of L and U. */
export interface LuParts {
  readonly p: Tensor;
  readonly l: Tensor;
  readonly u: Tensor;
  readonly lInverse: Tensor;
  readonly uInverse: Tensor;
}

/** Gradients of some of them. */
export type LuGrads = Readonly<Record<Exclude<keyof LuParts, 'p'>, Tensor | null | undefined>>;

/**
 * The gradient of A from those of its factors: P · L₁⁻ᵀ · (tril(Lᵀ gL, −1) + triu(gU Uᵀ)) · U₁⁻ᵀ in the leading square,
 * once the rest of L or U has been traced back to it.
 */
export function luGrad(parts: LuParts, grads: LuGrads): Tensor | null {
  const { p, l, u, lInverse, uInverse } = parts;
  const [m, k] = l.shape.slice(-2) as [number, number];
  const n = u.shape[u.shape.length - 1] as number;
  const gL = total(grads.l, grads.lInverse && placed(inverseGrad(lInverse, grads.lInverse), -2, 0, m));
  const gU = total(grads.u, grads.uInverse && placed(inverseGrad(uInverse, grads.uInverse), -1, 0, n));
  if (!gL && !gU) return null;
  const fromL = gL && matmul(mT(narrow(l, -2, 0, k)), narrow(gL, -2, 0, k));
  const fromU = gU && matmul(narrow(gU, -1, 0, k), mT(narrow(u, -1, 0, k)));
  const corner = (lower: Tensor | null, upper: Tensor | null): Tensor => {
    const middle = total(lower && tril(lower, -1), upper && triu(upper)) as Tensor;
    return matmul(mT(lInverse), matmul(middle, mT(uInverse)));
  };
  if (m > k && gL) {
    const below = narrow(gL, -2, k, m - k);
    const traced = matmul(mT(narrow(l, -2, k, m - k)), below);
    const top = corner(fromL, fromU ? sub(fromU, traced) : sub(0, traced));
    return matmul(p, cat([top, matmul(below, mT(uInverse))], -2));
  }
  if (n > k && gU) {
    const beside = narrow(gU, -1, k, n - k);
    const traced = matmul(beside, mT(narrow(u, -1, k, n - k)));
    const left = corner(fromL ? sub(fromL, traced) : sub(0, traced), fromU);
    return matmul(p, cat([left, matmul(mT(lInverse), beside)], -1));
  }
  return matmul(p, placed(placed(corner(fromL, fromU), -2, 0, m), -1, 0, n));
}
