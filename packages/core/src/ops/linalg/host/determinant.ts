import { factorLu, invertLu, type LuFactors } from './lu.ts';
import { multiply, transposed } from './matrix.ts';
import { decomposeSvd } from './svd.ts';

/** A determinant and what its derivatives are made of. */
export interface DeterminantParts {
  readonly det: number;
  /** ∂ det / ∂A. */
  readonly cofactors: Float64Array;
  /** Singular vectors in the columns, for nearly singular matrices; else zeros. */
  readonly u: Float64Array;
  readonly v: Float64Array;
  /** ∂² det / ∂σᵢ ∂σⱼ: the product of all other singular values, with the sign of det U · det V; else zeros. */
  readonly products: Float64Array;
  /** 1 / det for regular matrices, else 0. */
  readonly reciprocal: number;
}

/** Pivots that differ by more are a matrix whose inverse has lost too many digits for second derivatives. */
const NEARLY_SINGULAR = 1e-8;

/** The determinant, and where a gradient is wanted also the rest. */
export function determinantParts(a: Float64Array, n: number, wanted: boolean): DeterminantParts {
  const factors = factorLu(a, n, n);
  const det = determinantOf(factors, n);
  const none = new Float64Array(0);
  if (!wanted) return { det, cofactors: none, u: none, v: none, products: none, reciprocal: 0 };
  if (spreadOf(factors, n) < NEARLY_SINGULAR) return { det, ...singularParts(a, n) };
  const zeros = new Float64Array(n * n);
  const cofactors = transposed(invertLu(factors, n), n, n).map((value) => value * det);
  return { det, cofactors, u: zeros, v: zeros, products: zeros, reciprocal: det === 0 ? 0 : 1 / det };
}

function determinantOf({ lu, sign }: LuFactors, n: number): number {
  let product = sign;
  for (let i = 0; i < n; i++) product *= lu[i * n + i] as number;
  return product;
}

/** The smallest pivot by the largest. */
function spreadOf({ lu }: LuFactors, n: number): number {
  let [low, high] = [Infinity, 0];
  for (let i = 0; i < n; i++) {
    const pivot = Math.abs(lu[i * n + i] as number);
    low = Math.min(low, pivot);
    high = Math.max(high, pivot);
  }
  return high === 0 ? 0 : low / high;
}

function singularParts(a: Float64Array, n: number): Omit<DeterminantParts, 'det'> {
  const { u, s, vh } = decomposeSvd(a, n, n);
  const sign = Math.sign(determinantOf(factorLu(u, n, n), n) * determinantOf(factorLu(vh, n, n), n));
  const without = (i: number, j: number): number => {
    let product = sign;
    for (let k = 0; k < n; k++) if (k !== i && k !== j) product *= s[k] as number;
    return product;
  };
  const scaled = vh.map((value, at) => value * without(Math.floor(at / n), -1));
  const products = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) products[i * n + j] = i === j ? 0 : without(i, j);
  return { cofactors: multiply(u, scaled, n, n, n), u, v: transposed(vh, n, n), products, reciprocal: 0 };
}
