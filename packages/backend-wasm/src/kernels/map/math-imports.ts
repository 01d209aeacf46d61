/**
 * The functions that kernels import as `math`, by name: those of float64, and what float32 has no code of its own for.
 * Their results are rounded to the type of the import.
 */
export type MathImports = Readonly<Record<string, (a: number, b: number) => number>>;

/** What the caller's kernels import. Workers have the same in their own text. */
export const mathImports: MathImports = {
  exp: Math.exp,
  log: Math.log,
  sin: Math.sin,
  cos: Math.cos,
  tanh: Math.tanh,
  log1p: Math.log1p,
  expm1: Math.expm1,
  fmod: (a, b) => a % b,
  // C's pow gives 1 where JavaScript's gives NaN.
  pow: (a, b) => (a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : a ** b),
  integerPower: (base, exponent) => {
    if (exponent < 0) return base === 1 ? 1 : base === -1 ? (exponent % 2 === 0 ? 1 : -1) : 0;
    let result = 1;
    for (let left = exponent, factor = base; left > 0; left >>>= 1, factor = Math.imul(factor, factor)) {
      if (left & 1) result = Math.imul(result, factor);
    }
    return result;
  },
};
