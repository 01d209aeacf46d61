import {
  atOnce,
  base,
  integers,
  noMatrix,
  notSquare,
  positive,
  rankOne,
  regular,
  symmetric,
} from './matrices.ts';
import type { ErrorSample, FunctionSamples, SamplesOf } from './spec.ts';
import { but, call, t, v } from './spec.ts';

type Both<Name extends string> = Name | `${Name}Sync`;

type Names =
  | Both<
      | 'cond'
      | 'det'
      | 'inv'
      | 'invEx'
      | 'inverse'
      | 'logdet'
      | 'lstsq'
      | 'matrixExp'
      | 'matrixRank'
      | 'pinv'
      | 'singularValueNorm'
      | 'slogdet'
      | 'solve'
      | 'solveTriangular'
      | 'tensorinv'
      | 'tensorsolve'
      | 'triangularSolve'
    >
  | 'matrixPower';

const constant = { gradient: false };
const singular = v([1, 2, 2, 4], { shape: [2, 2] });
const oneSingular = v([1, 0, 0, 1, 1, 2, 2, 4], { shape: [2, 2, 2] });
const notFinite: ErrorSample = {
  args: [v([1, Number.NaN, 0, 1], { shape: [2, 2] })],
  error: 'ValueError',
  message: /not finite/,
};

const squares = [
  call(regular([3, 3])),
  call(regular([2, 3, 3])),
  call(regular([2, 1, 2, 2])),
  call(v([4], { shape: [1, 1] })),
  call(t([0, 0])),
  call(t([0, 3, 3])),
  call(t([2, 0, 0])),
  call(regular([3, 3], { layout: 'transposed' })),
];

const inverse: FunctionSamples = {
  ...base,
  samples: [...squares, but(call(v([1, Number.NaN, 2, 3], { shape: [2, 2] })), { smooth: false })],
  errors: [
    notSquare,
    noMatrix,
    integers,
    { args: [singular], error: 'ValueError', message: /singular matrix: got a zero pivot in row 1,/ },
    { args: [oneSingular], error: 'ValueError', message: /zero pivot in row 1 of matrix 1/ },
  ],
};

const invEx: FunctionSamples = {
  ...base,
  samples: [
    call(regular([3, 3])),
    call(regular([2, 3, 3])),
    but(call(oneSingular), { smooth: false }),
    call(t([0, 0])),
  ],
  errors: [notSquare, noMatrix],
};

const det: FunctionSamples = {
  ...base,
  samples: [
    ...squares,
    call(singular),
    call(rankOne([3, 3])),
    call(v([1, 2, 3, 4, 5, 6, 7, 8, 9], { shape: [3, 3] })),
    call(v([0, 0, 0, 0], { shape: [2, 2] })),
    call(v([0, 1, 1, 0], { shape: [2, 2] })),
    call(v([2, 0, 0, 0, 3, 0, 0, 0, 0], { shape: [3, 3] })),
  ],
  errors: [notSquare, noMatrix, integers],
};

const slogdet: FunctionSamples = {
  ...base,
  samples: [...squares, call(v([0, 1, 1, 0], { shape: [2, 2] })), call(symmetric([4, 4]))],
  errors: [notSquare, noMatrix],
};

const logdet: FunctionSamples = {
  ...base,
  samples: [
    call(positive([3, 3])),
    call(positive([2, 3, 3])),
    call(t([0, 0])),
    call(t([2, 0, 0])),
    but(call(v([0, 1, 1, 0], { shape: [2, 2] })), { smooth: false }),
    but(call(v([0, 0, 0, 0], { shape: [2, 2], gradient: false })), { smooth: false }),
  ],
  errors: [notSquare, noMatrix],
};

const solve: FunctionSamples = {
  ...base,
  samples: [
    call(regular([3, 3]), t([3])),
    call(regular([3, 3]), t([3, 2])),
    call(regular([2, 3, 3]), t([2, 3, 1])),
    call(regular([2, 3, 3]), t([2, 3])),
    call(regular([3, 3]), t([4, 3, 2])),
    call(regular([2, 1, 2, 2]), t([3, 2, 1])),
    call(regular([3, 3]), t([2, 3]), { left: false }),
    call(regular([2, 3, 3]), t([1, 3]), { left: false }),
    call(t([0, 0]), t([0, 2])),
    call(regular([3, 3]), t([3, 0])),
    call(t([0, 3, 3]), t([0, 3])),
    call(regular([3, 3], { layout: 'transposed' }), t([3, 2], { layout: 'stepped' })),
  ],
  errors: [
    { args: [t([2, 3]), t([2])], error: 'ShapeError', message: /is not square/ },
    { args: [t([3, 3]), t([4, 2])], error: 'ShapeError', message: /expected 3 rows in the right-hand side/ },
    { args: [t([3, 3]), t([3, 2]), { left: false }], error: 'ShapeError', message: /expected 3 columns/ },
    { args: [t([3, 3]), t([3]), { left: false }], error: 'ShapeError', message: /a vector on the right/ },
    { args: [t([2, 3, 3]), t([4, 3, 1])], error: 'ShapeError', message: /do not broadcast/ },
    { args: [singular, t([2])], error: 'ValueError', message: /singular matrix/ },
    { args: [t([2, 2]), t([2], { dtype: 'float64' })], error: 'DTypeError', message: /dtypes do not fit/ },
  ],
};

const solveTriangular: FunctionSamples = {
  ...base,
  samples: [
    call(regular([3, 3]), t([3, 2]), { upper: true }),
    call(regular([3, 3]), t([3, 2]), { upper: false }),
    call(regular([3, 3]), t([2, 3]), { upper: true, left: false }),
    call(regular([3, 3]), t([2, 3]), { upper: false, left: false, unitriangular: true }),
    call(regular([3, 3]), t([3, 1]), { upper: true, unitriangular: true }),
    call(regular([2, 3, 3]), t([3, 1]), { upper: false, unitriangular: true }),
    call(regular([3, 3]), t([2, 3, 1]), { upper: true }),
    call(t([0, 0]), t([0, 2]), { upper: true }),
  ],
  errors: [
    { args: [t([2, 3]), t([2, 1]), { upper: true }], error: 'ShapeError', message: /is not square/ },
    {
      args: [t([3, 3]), t([3]), { upper: true }],
      error: 'ShapeError',
      message: /right-hand side is no matrix/,
    },
    { args: [t([3, 3]), t([2, 1]), { upper: true }], error: 'ShapeError', message: /expected 3 rows/ },
  ],
};

const triangularSolve: FunctionSamples = {
  ...base,
  samples: [
    call(t([3, 2]), regular([3, 3])),
    call(t([3, 2]), regular([3, 3]), { upper: false }),
    call(t([3, 1]), regular([3, 3]), { transpose: true }),
    call(t([2, 3, 1]), regular([2, 3, 3]), { unitriangular: true, upper: false, transpose: true }),
  ],
  errors: [{ args: [t([2, 1]), t([2, 3])], error: 'ShapeError', message: /is not square/ }],
};

const tensorinv: FunctionSamples = {
  ...base,
  samples: [call(regular([4, 4]), { ind: 1 }), call(regular([2, 2, 4])), call(t([4, 2, 2]), { ind: 1 })],
  errors: [
    {
      args: [t([2, 3, 4])],
      error: 'ShapeError',
      message: /not square: got \[2, 3, 4\] with ind 2 \(6 ≠ 4\)/,
    },
    { args: [t([4, 4]), { ind: 0 }], error: 'ArgumentError', message: /ind is not positive: got 0/ },
  ],
};

const tensorsolve: FunctionSamples = {
  ...base,
  samples: [
    call(regular([2, 2, 4]), t([2, 2])),
    call(regular([4, 4]), t([4])),
    call(regular([2, 4, 2]), t([2, 2]), { dims: [1] }),
  ],
  errors: [
    { args: [t([2, 3, 4]), t([2, 3])], error: 'ShapeError', message: /sizes do not fit/ },
    {
      args: [t([2, 2, 4]), t([2, 2]), { dims: [0, 0] }],
      error: 'ArgumentError',
      message: /dims repeat/,
    },
  ],
};

const lstsq: FunctionSamples = {
  ...base,
  samples: [
    call(regular([4, 3]), t([4, 2])),
    call(regular([3, 3]), t([3, 1])),
    call(regular([2, 3]), t([2, 2])),
    call(regular([2, 4, 3]), t([2, 4, 1])),
    call(regular([4, 3]), t([4])),
    call(regular([2, 3, 2]), t([2, 3])),
    but(call(rankOne([3, 2], { gradient: false }), t([3, 2])), { smooth: false }),
    call(regular([4, 3]), t([4, 2]), { rcond: 1e-3 }),
  ],
  errors: [
    { args: [t([4, 3]), t([3, 2])], error: 'ShapeError', message: /expected 4 rows/ },
    { args: [t([3]), t([3])], error: 'ShapeError', message: /is no matrix/ },
    {
      args: [v([Infinity, 0, 0, 1], { shape: [2, 2] }), t([2, 1])],
      error: 'ValueError',
      message: /not finite/,
    },
  ],
};

const pinv: FunctionSamples = {
  ...base,
  samples: [
    call(regular([3, 3])),
    call(regular([4, 2])),
    call(regular([2, 4])),
    call(regular([2, 3, 2])),
    but(call(rankOne([3, 3])), { smooth: false, dtypes: ['float64'] }),
    call(symmetric([3, 3]), { hermitian: true }),
    but(call(v([3, 0, 0, 0.5], { shape: [2, 2] }), { rtol: 0.2 }), { smooth: false }),
    call(regular([3, 2]), { atol: 0.01 }),
    call(regular([2, 3, 2]), { rtol: v([0.01, 0.02], { gradient: false }) }),
    call(t([0, 3])),
    call(t([0, 0])),
  ],
  errors: [noMatrix, { ...notSquare, args: [t([2, 3]), { hermitian: true }] }, notFinite],
};

const matrixRank: FunctionSamples = {
  ...base,
  ...constant,
  samples: [
    call(regular([3, 3])),
    call(rankOne([2, 3, 4])),
    call(v([3, 0, 0, 0.5], { shape: [2, 2] }), { rtol: 0.2 }),
    call(v([3, 0, 0, 0.5], { shape: [2, 2] }), { atol: 1 }),
    call(symmetric([3, 3]), { hermitian: true }),
    call(rankOne([2, 3, 4]), { atol: v([0, 1000], { gradient: false }), rtol: 0.1 }),
    call(t([0, 3])),
    call(v([0, 0, 0, 0], { shape: [2, 2] })),
  ],
  errors: [noMatrix, { ...notSquare, args: [t([2, 3]), { hermitian: true }] }, notFinite],
};

const cond: FunctionSamples = {
  ...base,
  samples: [
    call(regular([3, 3])),
    call(regular([2, 3, 3])),
    call(regular([4, 2])),
    call(regular([3, 3]), -2),
    call(regular([3, 3]), 'fro'),
    call(regular([3, 3]), 'nuc'),
    call(regular([3, 3]), 1),
    call(regular([3, 3]), -1),
    call(regular([3, 3]), Infinity),
    call(regular([3, 3]), -Infinity),
    but(call(v([1, 2, 2, 4], { shape: [2, 2], gradient: false }), 1), { smooth: false }),
  ],
  errors: [
    noMatrix,
    { args: [t([2, 3]), 1], error: 'ShapeError', message: /is not square/ },
    { args: [regular([2, 2]), 3], error: 'ArgumentError', message: /unknown order: got 3/ },
  ],
};

const singularValueNorm: FunctionSamples = {
  ...base,
  samples: [
    call(regular([3, 3]), 'nuc'),
    call(regular([3, 3]), 2),
    call(regular([3, 3]), -2),
    call(regular([2, 3, 4]), 'nuc', [0, 2], { keepdim: true }),
    call(regular([2, 3, 4]), 2, [-1, 0]),
    call(t([0, 3]), 'nuc'),
    call(t([0, 2, 3]), 2),
  ],
  errors: [
    { args: [t([3]), 2], error: 'ShapeError', message: /is no matrix/ },
    { args: [t([2, 2]), 3], error: 'ArgumentError', message: /unknown order: got 3/ },
    { args: [t([0, 3]), 2], error: 'ShapeError', message: /nothing to compare/ },
    { args: [t([2, 2]), 2, [0, 0]], error: 'ShapeError', message: /not two dimensions/ },
  ],
};

const matrixExp: FunctionSamples = {
  ...base,
  samples: [
    call(t([3, 3])),
    call(t([2, 3, 3])),
    call(t([3, 3], { low: -0.01, high: 0.01 })),
    call(t([3, 3], { low: -9, high: 3 })),
    call(v([0, 1, 0, 0], { shape: [2, 2] })),
    call(t([1, 1])),
    call(t([0, 0])),
    call(t([0, 2, 2])),
  ],
  errors: [notSquare, noMatrix, integers],
};

const matrixPower: FunctionSamples = {
  ...base,
  samples: [
    call(t([3, 3]), 0),
    call(t([3, 3]), 1),
    call(t([3, 3]), 2),
    call(t([2, 3, 3]), 5),
    call(t([2, 2]), 6),
    call(t([0, 2, 2]), 3),
  ],
  errors: [
    { args: [t([2, 3]), 2], error: 'ShapeError', message: /is not square/ },
    {
      args: [regular([2, 2]), -1],
      error: 'ArgumentError',
      message: /not a non-negative integer: got -1.*inverse/,
    },
  ],
};

/** Inverses, determinants, systems of equations and functions of matrices. */
export const solvings: SamplesOf<Names> = {
  cond,
  condSync: atOnce(cond, 0, 4),
  det,
  detSync: atOnce(det, 1),
  inv: { ...base, samples: [call(regular([2, 2]))] },
  invSync: { ...base, samples: [call(regular([2, 2]))], syncRead: true },
  invEx,
  invExSync: atOnce(invEx, 1),
  inverse,
  inverseSync: atOnce(inverse, 1),
  logdet,
  logdetSync: atOnce(logdet, 1),
  lstsq,
  lstsqSync: atOnce(lstsq, 0),
  matrixExp,
  matrixExpSync: atOnce(matrixExp, 1),
  matrixPower,
  matrixRank,
  matrixRankSync: atOnce(matrixRank, 1),
  pinv,
  pinvSync: atOnce(pinv, 1),
  singularValueNorm,
  singularValueNormSync: atOnce(singularValueNorm, 3),
  slogdet,
  slogdetSync: atOnce(slogdet, 1),
  solve,
  solveSync: atOnce(solve, 2),
  solveTriangular,
  solveTriangularSync: atOnce(solveTriangular, 5),
  tensorinv,
  tensorinvSync: atOnce(tensorinv, 1),
  tensorsolve,
  tensorsolveSync: atOnce(tensorsolve, 2),
  triangularSolve,
  triangularSolveSync: atOnce(triangularSolve, 2),
};
