/**
 * log, sine and cosine of float32 numbers by the single-precision polynomials of the Cephes library, with every step
 * rounded as fused multiply-add hardware rounds it. PyTorch's vectorised CPU kernels use the same polynomials, and since
 * only +, × and rounding are needed, every JavaScript engine gives the same bits.
 *
 * Source: S. L. Moshier, Cephes Mathematical Library, logf, sinf, cosf; the coefficients are written as float32 holds them.
 */

const { fround } = Math;

const LOG_POLYNOMIAL: readonly number[] = [
  0.07037683576345444, -0.11514610052108765, 0.11676998436450958, -0.12420140951871872, 0.14249323308467865,
  -0.16668057441711426, 0.2000071406364441, -0.24999994039535522, 0.3333333134651184,
];
const LN2_HIGH = 0.693359375;
const LN2_LOW = -0.00021219444170128554;
const SQRT_HALF = 0.7071067690849304;

const FOUR_OVER_PI = 1.2732394933700562;
const QUARTER_PI_HIGH = 0.78515625;
const QUARTER_PI_MIDDLE = 0.00024187564849853516;
const QUARTER_PI_LOW = 3.774895063202166e-8;

const SIN_1 = -0.00019515295571181923;
const SIN_2 = 0.008332161232829094;
const SIN_3 = -0.16666655242443085;
const COS_1 = 0.0000244331567955669;
const COS_2 = -0.0013887316454201937;
const COS_3 = 0.04166664555668831;

const bits: Int32Array = new Int32Array(1);
const bitsAsFloat: Float32Array = new Float32Array(bits.buffer);

/** Natural logarithm of a normal, positive float32. */
export function logFloat32(x: number): number {
  bitsAsFloat[0] = x;
  const pattern = bits[0] as number;
  bits[0] = (pattern & 0x007f_ffff) | 0x3f00_0000;
  const mantissa = bitsAsFloat[0];
  const small = mantissa < SQRT_HALF;
  const exponent = (pattern >> 23) - (small ? 127 : 126);
  const t = small ? 2 * mantissa - 1 : mantissa - 1;

  const square = fround(t * t);
  let y = 0;
  for (let i = 0; i < LOG_POLYNOMIAL.length; i++) y = fround(y * t + (LOG_POLYNOMIAL[i] as number));
  y = fround(fround(y * t) * square + fround(exponent * LN2_LOW));
  y = fround(y - 0.5 * square);
  return fround(exponent * LN2_HIGH + fround(t + y));
}

/** The angle minus the nearest even multiple of π/4, whose number is `octant`; accurate for angles up to 8192. */
function reduce(angle: number, octant: number): number {
  const coarse = fround(angle - octant * QUARTER_PI_HIGH);
  const middle = fround(coarse - octant * QUARTER_PI_MIDDLE);
  return fround(middle - octant * QUARTER_PI_LOW);
}

function sinPolynomial(x: number): number {
  const square = fround(x * x);
  const y = fround(fround(SIN_1 * square + SIN_2) * square + SIN_3);
  return fround(fround(y * square) * x + x);
}

function cosPolynomial(x: number): number {
  const square = fround(x * x);
  const y = fround(fround(COS_1 * square + COS_2) * square + COS_3);
  return fround(fround(fround(y * square) * square - 0.5 * square) + 1);
}

function evenOctant(angle: number): number {
  return (Math.trunc(fround(angle * FOUR_OVER_PI)) + 1) & ~1;
}

/** Sine of a float32 angle in [0, 8192). */
export function sinFloat32(angle: number): number {
  const octant = evenOctant(angle);
  const x = reduce(angle, octant);
  const value = (octant & 2) === 0 ? sinPolynomial(x) : cosPolynomial(x);
  return (octant & 4) === 0 ? value : -value;
}

/** Cosine of a float32 angle in [0, 8192). */
export function cosFloat32(angle: number): number {
  const octant = evenOctant(angle);
  const x = reduce(angle, octant);
  const value = (octant & 2) === 0 ? cosPolynomial(x) : sinPolynomial(x);
  return ((octant + 2) & 4) === 0 ? value : -value;
}
