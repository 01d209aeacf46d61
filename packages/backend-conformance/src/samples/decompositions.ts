import { atOnce, base, integers, noMatrix, notSquare, positive, regular, symmetric } from './matrices.ts';
import type { ErrorSample, FunctionSamples, SamplesOf } from './spec.ts';
import { but, call, ints, t, v } from './spec.ts';

type Both<Name extends string> = Name | `${Name}Sync`;

type Names =
  | Both<
      | 'cholesky'
      | 'choleskyEx'
      | 'choleskyInverse'
      | 'choleskySolve'
      | 'eigh'
      | 'eigvalsh'
      | 'geqrf'
      | 'ldlFactor'
      | 'ldlSolve'
      | 'lu'
      | 'luFactor'
      | 'luSolve'
      | 'luUnpack'
      | 'qr'
      | 'svd'
      | 'svdvals'
    >
  | 'householderProduct'
  | 'ormqr';

const indefinite = v([1, 2, 2, 1], { shape: [2, 2] });

const cholesky: FunctionSamples = {
  ...base,
  samples: [
    call(positive([3, 3])),
    call(positive([3, 3]), { upper: true }),
    call(positive([2, 3, 3])),
    call(positive([1, 1])),
    call(t([0, 0])),
    call(t([0, 2, 2])),
    call(positive([4, 4], { layout: 'transposed' })),
  ],
  errors: [
    notSquare,
    noMatrix,
    integers,
    {
      args: [indefinite],
      error: 'ValueError',
      message: /not positive definite: got a leading minor of order 2 that/,
    },
    {
      args: [v([1, 0, 0, 1, -1, 0, 0, 1], { shape: [2, 2, 2] })],
      error: 'ValueError',
      message: /leading minor of order 1 of matrix 1/,
    },
  ],
};

const choleskyEx: FunctionSamples = {
  ...base,
  samples: [call(positive([3, 3])), call(positive([2, 3, 3]), { upper: true }), call(t([0, 0]))],
  errors: [notSquare, noMatrix],
};

const choleskySolve: FunctionSamples = {
  ...base,
  samples: [
    call(t([3, 2]), regular([3, 3])),
    call(t([3, 2]), regular([3, 3]), { upper: true }),
    call(t([2, 3, 1]), regular([2, 3, 3])),
    call(t([0, 2]), t([0, 0])),
    call(t([2, 3, 1]), regular([3, 3])),
  ],
  errors: [
    { args: [t([3, 1]), t([3, 2])], error: 'ShapeError', message: /factor is not square/ },
    { args: [t([3]), t([3, 3])], error: 'ShapeError', message: /right-hand side is no matrix/ },
    { args: [t([2, 1]), t([3, 3])], error: 'ShapeError', message: /expected 3 rows/ },
  ],
};

const choleskyInverse: FunctionSamples = {
  ...base,
  samples: [
    call(regular([3, 3])),
    call(regular([3, 3]), { upper: true }),
    call(regular([2, 3, 3])),
    call(t([0, 0])),
  ],
  errors: [{ ...notSquare, message: /factor is not square/ }],
};

const notFinite: ErrorSample = {
  args: [v([1, 0, Number.NaN, 1], { shape: [2, 2] })],
  error: 'ValueError',
  message: /not finite/,
};

const eigh: FunctionSamples = {
  ...base,
  samples: [
    call(symmetric([3, 3])),
    call(symmetric([3, 3]), { UPLO: 'U' }),
    call(symmetric([2, 3, 3])),
    call(symmetric([4, 4], { layout: 'transposed' })),
    call(v([2], { shape: [1, 1] })),
    call(t([0, 0])),
    call(t([0, 2, 2])),
    but(call(v([2, 0, 0, 0, 5, 0, 0, 0, 1], { shape: [3, 3], gradient: false })), { smooth: false }),
  ],
  errors: [
    notSquare,
    noMatrix,
    integers,
    { ...notFinite, stricter: 'PyTorch gives NaN, or fails to converge, by the size' },
    { args: [t([2, 2]), { UPLO: 'X' }], error: 'ArgumentError', message: /unknown triangle: got 'X'/ },
  ],
};

const eigvalsh: FunctionSamples = {
  ...base,
  samples: [
    call(symmetric([3, 3])),
    call(symmetric([2, 3, 3]), { UPLO: 'U' }),
    call(t([0, 0])),
    but(call(v([2, 0, 0, 2], { shape: [2, 2] })), { smooth: false }),
  ],
  errors: [notSquare, noMatrix],
};

const svd: FunctionSamples = {
  ...base,
  samples: [
    call(regular([3, 3])),
    call(regular([4, 2]), { fullMatrices: false }),
    call(regular([2, 4]), { fullMatrices: false }),
    call(regular([4, 2])),
    call(regular([2, 4])),
    call(regular([2, 3, 2]), { fullMatrices: false }),
    call(t([0, 0])),
    call(t([0, 3]), { fullMatrices: false }),
    call(t([0, 3, 2])),
    call(regular([3, 3], { layout: 'transposed' })),
  ],
  errors: [noMatrix, integers, notFinite],
};

const svdvals: FunctionSamples = {
  ...base,
  samples: [
    call(regular([3, 3])),
    call(regular([4, 2])),
    call(regular([2, 2, 3])),
    call(t([0, 3])),
    but(call(v([0, 0, 0, 0], { shape: [2, 2], gradient: false })), { smooth: false }),
    but(call(v([1, 2, 2, 4, 3, 6], { shape: [3, 2], gradient: false })), { smooth: false }),
    call(v([1e-200, 0, 0, 1e200], { shape: [2, 2], gradient: false, dtype: 'float64' })),
  ],
  errors: [noMatrix, notFinite],
};

const lu: FunctionSamples = {
  ...base,
  samples: [
    call(regular([3, 3])),
    call(regular([2, 4])),
    call(regular([4, 2])),
    call(regular([2, 3, 3])),
    call(v([0, 1, 1, 0], { shape: [2, 2] })),
    but(call(v([1, 2, 2, 4], { shape: [2, 2], gradient: false })), { smooth: false }),
    call(regular([3, 3]), { pivot: false }),
    call(t([0, 3])),
    call(t([0, 0])),
  ],
  errors: [noMatrix, integers],
};

const luFactor: FunctionSamples = {
  ...base,
  samples: [
    call(regular([3, 3])),
    call(regular([2, 4])),
    call(regular([4, 2])),
    call(regular([2, 3, 3])),
    call(t([0, 0])),
  ],
  errors: [
    noMatrix,
    { args: [v([1, 2, 2, 4], { shape: [2, 2] })], error: 'ValueError', message: /singular matrix/ },
  ],
};

const luUnpack: FunctionSamples = {
  ...base,
  samples: [
    call(regular([3, 3]), ints([3, 2, 3])),
    call(regular([2, 4]), ints([2, 2])),
    call(regular([4, 2]), ints([3, 4])),
    call(regular([2, 3, 3]), ints([2, 3, 3, 1, 2, 3], [2, 3])),
  ],
  errors: [
    {
      args: [t([3, 3]), ints([1, 2])],
      error: 'ShapeError',
      message: /pivots do not belong/,
    },
    { args: [t([3]), ints([1])], error: 'ShapeError', message: /factor is no matrix/ },
  ],
};

const luSolve: FunctionSamples = {
  ...base,
  samples: [
    call(regular([3, 3]), ints([3, 2, 3]), t([3, 2])),
    call(regular([3, 3]), ints([3, 3, 3]), t([3, 1]), { adjoint: true }),
    call(regular([3, 3]), ints([2, 2, 3]), t([2, 3]), { left: false }),
    call(regular([3, 3]), ints([2, 3, 3]), t([2, 3]), { left: false, adjoint: true }),
    call(regular([2, 3, 3]), ints([2, 3, 3, 1, 2, 3], [2, 3]), t([3, 1])),
    call(regular([3, 3]), ints([3, 2, 3]), t([2, 3, 1])),
    call(t([0, 0]), ints([]), t([0, 2])),
  ],
  errors: [
    { args: [t([2, 3]), ints([1, 2]), t([2, 1])], error: 'ShapeError', message: /factor is not square/ },
    { args: [t([3, 3]), ints([1, 2]), t([3, 1])], error: 'ShapeError', message: /pivots do not belong/ },
    { args: [t([3, 3]), ints([1, 2, 3]), t([2, 1])], error: 'ShapeError', message: /expected 3 rows/ },
  ],
};

const qr: FunctionSamples = {
  ...base,
  samples: [
    call(regular([3, 3])),
    call(regular([4, 2])),
    call(regular([2, 4])),
    call(regular([2, 3, 2])),
    call(regular([2, 3]), { mode: 'complete' }),
    but(call(regular([4, 2], { gradient: false }), { mode: 'complete' }), { smooth: false }),
    but(call(regular([3, 2], { gradient: false }), { mode: 'r' }), { smooth: false }),
    call(t([0, 0])),
    call(t([3, 0])),
    call(t([0, 3, 2])),
    but(call(v([0, 0, 0, 0, 5, 0], { shape: [3, 2], gradient: false })), { smooth: false }),
  ],
  errors: [
    noMatrix,
    integers,
    { args: [t([2, 2]), { mode: 'full' }], error: 'ArgumentError', message: /unknown mode: got 'full'/ },
  ],
};

const geqrf: FunctionSamples = {
  ...base,
  gradient: false,
  samples: [
    call(regular([3, 3])),
    call(regular([4, 2])),
    call(regular([2, 4])),
    call(regular([2, 2, 3])),
    call(t([0, 2])),
  ],
  errors: [noMatrix],
};

const ldlFactor: FunctionSamples = {
  ...base,
  gradient: false,
  samples: [
    call(symmetric([3, 3])),
    call(symmetric([2, 5, 5])),
    call(v([0, 1, 1, 0], { shape: [2, 2] })),
    call(v([0, 3, 1, 3, 0, 2, 1, 2, 0], { shape: [3, 3] })),
    call(v([0.1, 0.2, 5, 0.3, 0.2, 0.1, 0.4, 7, 5, 0.4, 0.2, 1, 0.3, 7, 1, 0.3], { shape: [4, 4] })),
    call(t([0, 0])),
  ],
  errors: [notSquare, noMatrix],
};

const ldlSolve: FunctionSamples = {
  ...base,
  gradient: false,
  samples: [
    call(regular([3, 3]), ints([1, 2, 3]), t([3, 2])),
    call(regular([3, 3]), ints([3, 2, 3]), t([3, 2])),
    call(regular([4, 4]), ints([1, -4, -4, 4]), t([4, 1])),
    call(regular([4, 4]), ints([-3, -3, -4, -4]), t([2, 4, 1])),
    call(t([0, 0]), ints([]), t([0, 1])),
  ],
  errors: [
    { args: [t([2, 3]), ints([1, 2]), t([2, 1])], error: 'ShapeError', message: /factor is not square/ },
    { args: [t([3, 3]), ints([1, 2]), t([3, 1])], error: 'ShapeError', message: /pivots do not belong/ },
  ],
};

const householderProduct: FunctionSamples = {
  ...base,
  samples: [
    call(t([3, 3]), t([3])),
    call(t([4, 2]), t([2])),
    call(t([2, 3, 2]), t([2, 1])),
    call(t([3, 2]), t([0])),
    call(t([0, 0]), t([0])),
  ],
  errors: [
    { args: [t([2, 3]), t([2])], error: 'ShapeError', message: /too wide/ },
    { args: [t([3, 2]), t([3])], error: 'ShapeError', message: /tau does not fit/ },
    { args: [t([2, 3, 2]), t([2])], error: 'ShapeError', message: /tau does not fit/ },
  ],
};

const ormqr: FunctionSamples = {
  ...base,
  samples: [
    call(t([3, 2]), t([2]), t([3, 2])),
    call(t([3, 2]), t([2]), t([3, 2]), { transpose: true }),
    call(t([3, 3]), t([3]), t([2, 3]), { left: false }),
    call(t([2, 3, 2]), t([2, 2]), t([2, 1, 3]), { left: false, transpose: true }),
  ],
  errors: [
    {
      args: [t([3, 2]), t([2]), t([2, 2])],
      error: 'ShapeError',
      message: /expected the same batch and 3 rows/,
    },
    { args: [t([3, 2]), t([3]), t([3, 2])], error: 'ShapeError', message: /tau does not fit/ },
  ],
};

/** Factorisations, and solving with them. What is determined up to signs is sampled as gauge-free.ts says. */
export const decompositions: SamplesOf<Names> = {
  cholesky,
  choleskySync: atOnce(cholesky, 2),
  choleskyEx,
  choleskyExSync: atOnce(choleskyEx, 1),
  choleskyInverse,
  choleskyInverseSync: atOnce(choleskyInverse, 2),
  choleskySolve,
  choleskySolveSync: atOnce(choleskySolve, 2),
  eigh,
  eighSync: atOnce(eigh, 2),
  eigvalsh,
  eigvalshSync: atOnce(eigvalsh, 1),
  geqrf,
  geqrfSync: atOnce(geqrf, 1),
  householderProduct,
  ldlFactor,
  ldlFactorSync: atOnce(ldlFactor, 1),
  ldlSolve,
  ldlSolveSync: atOnce(ldlSolve, 1),
  lu,
  luSync: atOnce(lu, 3),
  luFactor,
  luFactorSync: atOnce(luFactor, 3),
  luSolve,
  luSolveSync: atOnce(luSolve, 0),
  luUnpack,
  luUnpackSync: atOnce(luUnpack, 2),
  ormqr,
  qr,
  qrSync: atOnce(qr, 1),
  svd,
  svdSync: atOnce(svd, 1),
  svdvals,
  svdvalsSync: atOnce(svdvals, 1),
};
