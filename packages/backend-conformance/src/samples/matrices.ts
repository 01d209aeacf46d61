import type { ErrorSample, FunctionSamples, TensorSpec, Tolerances } from './spec.ts';
import { FLOATS, t, v } from './spec.ts';

type Options = Parameters<typeof v>[1];

/** A tensor of matrices from a rule for their elements. */
function built(
  shape: readonly number[],
  element: (matrix: number, row: number, column: number) => number,
  options: Options = {},
): TensorSpec {
  const [m, n] = shape.slice(-2) as [number, number];
  const size = shape.reduce((product, side) => product * side, 1);
  const values = Array.from({ length: size }, (_, at) =>
    Math.fround(element(Math.floor(at / (m * n)), Math.floor(at / n) % m, at % n)),
  );
  return v(values, { ...options, shape });
}

const wave = (matrix: number, i: number, j: number): number =>
  Math.sin(1 + 3.1 * i + 1.7 * j + 0.9 * i * j + matrix);

/** Matrices without structure, far from singular. */
export function regular(shape: readonly number[], options: Options = {}): TensorSpec {
  return built(shape, (b, i, j) => wave(b, i, j) + (i === j ? 1.8 : 0), options);
}

/** Symmetric matrices with distinct eigenvalues, some of them negative. */
export function symmetric(shape: readonly number[], options: Options = {}): TensorSpec {
  return built(
    shape,
    (b, i, j) => wave(b, Math.min(i, j), Math.max(i, j)) + (i === j ? 2.5 * i - 2 : 0),
    options,
  );
}

/** Symmetric positive definite matrices: the diagonal outweighs the rest. */
export function positive(shape: readonly number[], options: Options = {}): TensorSpec {
  return built(
    shape,
    (b, i, j) => (i === j ? (shape.at(-1) as number) + 0.5 * i : wave(b, Math.min(i, j), Math.max(i, j))),
    options,
  );
}

/** Matrices of rank 1. */
export function rankOne(shape: readonly number[], options: Options = {}): TensorSpec {
  return built(shape, (b, i, j) => (i + 1) * (j + 2 + b), options);
}

/** PyTorch works in float32 where we work in float64 and round at the end; conditions are of the order of 10. */
export const solved: Tolerances = {
  float32: { atol: 5e-5, rtol: 1e-4 },
  float64: { atol: 1e-11, rtol: 1e-10 },
};

/** What functions of matrices have in common. */
export const base: Pick<FunctionSamples, 'dtypes' | 'gradient' | 'tolerance'> = {
  dtypes: FLOATS,
  gradient: true,
  tolerance: solved,
};

export const notSquare: ErrorSample = {
  args: [t([2, 3])],
  error: 'ShapeError',
  message: /is not square: got \[2, 3\]/,
};

export const noMatrix: ErrorSample = {
  args: [t([3])],
  error: 'ShapeError',
  message: /is no matrix: got \[3\]/,
};

export const integers: ErrorSample = {
  args: [t([2, 2])],
  dtype: 'int32',
  error: 'DTypeError',
  message: /expected the same float dtype/,
};

/** The samples of a synchronous form: a few of those of the asynchronous one. */
export function atOnce(of: FunctionSamples, ...chosen: readonly number[]): FunctionSamples {
  const { errors: _errors, ...rest } = of;
  return {
    ...rest,
    samples: chosen.map((i) => of.samples[i] as FunctionSamples['samples'][number]),
    syncRead: true,
  };
}
