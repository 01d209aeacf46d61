import { DIGAMMA_FLOAT64, DIGAMMA_ROOT, GAMMA_FLOAT64 } from './coefficients.ts';
import { polynomialAt } from './nodes.ts';

/** B₂, B₄ … B₂₀. */
export const BERNOULLI: readonly number[] = [
  1 / 6,
  -1 / 30,
  1 / 42,
  -1 / 30,
  5 / 66,
  -691 / 2730,
  7 / 6,
  -3617 / 510,
  43867 / 798,
  -174611 / 330,
];

/** What log z − 1/(2z) − ψ(z) is over z⁻², in z⁻² (Abramowitz and Stegun 6.3.18). */
export const DIGAMMA_TAIL: readonly number[] = /*#__PURE__*/ BERNOULLI.slice(0, 7).map(
  (b, k) => b / (2 * k + 2),
);

/** Lanczos approximation with g = 607/128 and 15 terms (P. Godfrey's coefficients). */
export const LANCZOS_G: number = 607 / 128;
export const LANCZOS: readonly number[] = [
  0.99999999999999709182, 57.156235665862923517, -59.597960355475491248, 14.136097974741747174,
  -0.49191381609762019978, 0.33994649984811888699e-4, 0.46523628927048575665e-4, -0.98374475304879564677e-4,
  0.15808870322491248884e-3, -0.21026444172410488319e-3, 0.2174396181152126432e-3, -0.16431810653676389022e-3,
  0.84418223983852743293e-4, -0.2619083840158140867e-4, 0.36899182659531622704e-5,
];

/** log Γ(x) for x ≥ 0.5. */
function lgammaPositive(x: number): number {
  if (x < 1.5) return (x - 1) * polynomialAt(x - 1, GAMMA_FLOAT64) - Math.log(x);
  if (x < 2.5) return (x - 2) * polynomialAt(x - 2, GAMMA_FLOAT64);
  if (x < 3.5) return lgammaPositive(x - 1) + Math.log(x - 1);
  if (x === Infinity) return x;
  const z = x - 1;
  let sum = LANCZOS[0] as number;
  for (let k = 1; k < LANCZOS.length; k++) sum += (LANCZOS[k] as number) / (z + k);
  const power = (z + 0.5) * (Math.log(z + LANCZOS_G + 0.5) - 1) - LANCZOS_G;
  return power + Math.log(sum * Math.sqrt(2 * Math.PI));
}

/** The distance to the nearest integer, times π. */
function angleFromInteger(x: number): number {
  const rest = x - Math.floor(x);
  return Math.PI * (rest > 0.5 ? rest - 1 : rest);
}

/** log|Γ(x)|. */
export function lgammaAt(x: number): number {
  if (x >= 0.5) return lgammaPositive(x);
  if (x >= -0.5) return lgammaPositive(x + 1) - Math.log(Math.abs(x));
  if (Number.isInteger(x) || x === -Infinity) return Infinity;
  return Math.log(Math.PI / Math.abs(Math.sin(angleFromInteger(x)))) - lgammaPositive(1 - x);
}

/** ψ(x) for x ≥ 0.5. */
function digammaPositive(x: number): number {
  if (x < 1) return digammaPositive(x + 1) - 1 / x;
  if (x < 2) {
    const [high, low] = DIGAMMA_ROOT;
    return (x - high - low) * polynomialAt(x - 1.5, DIGAMMA_FLOAT64);
  }
  if (x < 3) return digammaPositive(x - 1) + 1 / (x - 1);
  if (x === Infinity) return x;
  let shifted = 0;
  let z = x;
  for (; z < 10; z++) shifted += 1 / z;
  const z2 = 1 / (z * z);
  return Math.log(z) - 0.5 / z - z2 * polynomialAt(z2, DIGAMMA_TAIL) - shifted;
}

/** ψ(x), the derivative of log Γ. As in PyTorch −∞ at 0 (∞ at −0) and NaN at the other poles. */
export function digammaAt(x: number): number {
  if (x >= 0.5) return digammaPositive(x);
  if (x === 0) return -1 / x;
  if (x >= -0.5) return digammaPositive(x + 1) - 1 / x;
  if (Number.isInteger(x)) return Number.NaN;
  return digammaPositive(1 - x) - Math.PI / Math.tan(angleFromInteger(x));
}
