import type { FunctionSamples, Sample, SamplesOf } from './spec.ts';
import { but, call, FLOATS, NUMBERS, t, v } from './spec.ts';

const loose = { float32: { atol: 5e-6, rtol: 2e-5 }, float64: { atol: 1e-12, rtol: 1e-11 } };

const withNan = but(call(v([Number.NaN, 1], { shape: [1, 2] }), t([2, 2]), t([2, 2]), { beta: 0 }), {
  smooth: false,
});

const scaled = { beta: 0.5, alpha: -2 };

const product = (samples: readonly Sample[], errors: FunctionSamples['errors'] = []): FunctionSamples => ({
  dtypes: FLOATS,
  gradient: true,
  tolerance: loose,
  samples,
  errors,
});

const rankError = (
  ...args: readonly ReturnType<typeof t>[]
): NonNullable<FunctionSamples['errors']>[number] => ({
  args,
  error: 'ShapeError',
  message: /wrong rank: got .*Use matmul for others/,
});

type Names =
  | 'addbmm'
  | 'addmm'
  | 'addmv'
  | 'addr'
  | 'baddbmm'
  | 'bilinear'
  | 'bmm'
  | 'cross'
  | 'dot'
  | 'einsum'
  | 'inner'
  | 'kron'
  | 'mm'
  | 'multiDot'
  | 'mv'
  | 'outer'
  | 'tensordot'
  | 'trace'
  | 'vecdot';

/** Products of vectors, matrices and tensors. */
export const products: SamplesOf<Names> = {
  mm: product(
    [
      call(t([2, 3]), t([3, 4])),
      call(t([2, 3], { layout: 'transposed' }), t([3, 1], { layout: 'stepped' })),
      call(t([0, 3]), t([3, 2])),
      call(t([2, 0]), t([0, 2])),
    ],
    [
      rankError(t([3]), t([3, 2])),
      rankError(t([2, 2, 3]), t([3, 2])),
      { args: [t([2, 3]), t([2, 3])], error: 'ShapeError', message: /inner sizes differ/ },
    ],
  ),
  bmm: product(
    [
      call(t([2, 2, 3]), t([2, 3, 2])),
      call(t([2, 3, 2], { layout: 'transposed' }), t([2, 2, 2], { layout: 'flipped' })),
      call(t([0, 2, 3]), t([0, 3, 2])),
    ],
    [
      rankError(t([2, 3]), t([2, 3, 2])),
      { args: [t([1, 2, 3]), t([2, 3, 2])], error: 'ShapeError', message: /bmm\(\): batches differ/ },
    ],
  ),
  mv: product(
    [call(t([2, 3]), t([3])), call(t([3, 2], { layout: 'transposed' }), t([2])), call(t([2, 0]), t([0]))],
    [rankError(t([2, 3]), t([3, 1]))],
  ),
  dot: product(
    [
      call(t([4]), t([4])),
      call(t([0]), t([0])),
      call(t([3], { layout: 'stepped' }), t([3], { layout: 'flipped' })),
    ],
    [
      rankError(t([2, 3]), t([3])),
      { args: [t([3]), t([1])], error: 'ShapeError', message: /dot\(\): lengths differ/ },
    ],
  ),
  vecdot: product([
    call(t([2, 3]), t([2, 3])),
    call(t([2, 3]), t([3])),
    call(t([2, 1, 3]), t([4, 3]), { dim: -1 }),
    call(t([3, 2]), t([3, 2]), { dim: 0 }),
  ]),
  outer: {
    ...product(
      [call(t([2]), t([3])), call(t([0]), t([3])), call(t([2], { layout: 'stepped' }), t([1]))],
      [{ args: [t([2, 2]), t([2])], error: 'ShapeError', message: /outer\(\): wrong rank/ }],
    ),
    dtypes: NUMBERS,
  },
  inner: product(
    [
      call(t([3]), t([3])),
      call(t([2, 3]), t([4, 3])),
      call(t([2, 2, 3]), t([3])),
      call(t([]), t([2, 3])),
      call(t([2]), t([])),
      call(t([2, 0]), t([3, 0])),
    ],
    [{ args: [t([2, 3]), t([2, 2])], error: 'ShapeError', message: /inner\(\): last sizes differ/ }],
  ),
  addmm: product(
    [
      call(t([2, 4]), t([2, 3]), t([3, 4])),
      call(t([4]), t([2, 3]), t([3, 4]), scaled),
      call(t([2, 1]), t([2, 3]), t([3, 4]), { beta: 0, alpha: 2 }),
      call(t([]), t([2, 0]), t([0, 2])),
      withNan,
    ],
    [
      {
        args: [t([3]), t([2, 3]), t([3, 4])],
        error: 'ShapeError',
        message: /what is added does not broadcast/,
      },
      rankError(t([2]), t([2, 3]), t([3])),
    ].slice(0, 1),
  ),
  addmv: product(
    [
      call(t([2]), t([2, 3]), t([3])),
      call(t([]), t([2, 3]), t([3]), scaled),
      call(t([2]), t([2, 0]), t([0])),
    ],
    [{ args: [t([3]), t([2, 3]), t([3])], error: 'ShapeError', message: /what is added does not broadcast/ }],
  ),
  addr: product(
    [
      call(t([2, 3]), t([2]), t([3])),
      call(t([3]), t([2]), t([3]), scaled),
      call(t([2, 1]), t([2]), t([3]), { beta: 0 }),
    ],
    [{ args: [t([2]), t([2]), t([3])], error: 'ShapeError', message: /what is added does not broadcast/ }],
  ),
  baddbmm: product(
    [
      call(t([2, 2, 2]), t([2, 2, 3]), t([2, 3, 2])),
      call(t([2]), t([2, 2, 3]), t([2, 3, 2]), scaled),
      call(t([1, 2, 1]), t([2, 2, 1]), t([2, 1, 2]), { beta: 0 }),
    ],
    [
      {
        args: [t([1]), t([1, 2, 3]), t([2, 3, 2])],
        error: 'ShapeError',
        message: /baddbmm\(\): batches differ/,
      },
    ],
  ),
  addbmm: product([
    call(t([2, 2]), t([3, 2, 3]), t([3, 3, 2])),
    call(t([2]), t([3, 2, 3]), t([3, 3, 2]), scaled),
    call(t([2, 1]), t([2, 2, 1]), t([2, 1, 2]), { beta: 0 }),
  ]),
  cross: product(
    [
      call(t([3]), t([3])),
      call(t([2, 3]), t([2, 3])),
      call(t([3, 2]), t([3, 2]), { dim: 0 }),
      call(t([1, 3]), t([4, 3])),
      call(t([2, 3, 2]), t([2, 3, 2]), { dim: -2 }),
      call(t([3, 3], { layout: 'transposed' }), t([3, 3])),
    ],
    [
      { args: [t([2, 4]), t([2, 4])], error: 'ShapeError', message: /cross\(\): not three components/ },
      { args: [t([3]), t([2, 3])], error: 'ShapeError', message: /cross\(\): ranks differ/ },
    ],
  ),
  tensordot: product(
    [
      call(t([2, 3]), t([2, 3])),
      call(t([2, 3, 4]), t([3, 4, 2])),
      call(t([2, 3]), t([2, 2]), 0),
      call(t([2, 3]), t([3, 2]), 1),
      call(t([2, 3, 2]), t([2, 3, 2]), [
        [0, 1],
        [2, 1],
      ]),
      call(t([2, 3, 2]), t([3, 2, 2]), [
        [-2, -1],
        [0, 1],
      ]),
      call(t([2, 3], { layout: 'transposed' }), t([4, 3], { layout: 'flipped' }), [[1], [1]]),
      call(t([2, 1]), t([3, 2]), [[1], [0]]),
    ],
    [
      {
        args: [t([2, 3]), t([2, 3]), 1],
        error: 'ShapeError',
        message: /paired sizes differ: got 3 .* and 2/,
      },
      {
        args: [t([2]), t([2]), 2],
        error: 'ArgumentError',
        message: /invalid dims: got 2, expected an integer from 0 to 1/,
      },
      {
        args: [t([2, 2]), t([2, 2]), [[0], [0, 1]]],
        error: 'ArgumentError',
        message: /lists of different lengths/,
      },
      {
        args: [
          t([2, 2]),
          t([2, 2]),
          [
            [0, 0],
            [0, 1],
          ],
        ],
        error: 'ArgumentError',
        message: /a dimension is named twice/,
      },
    ],
  ),
  kron: product([
    call(t([2]), t([3])),
    call(t([2, 2]), t([1, 3])),
    call(t([2]), t([2, 2])),
    call(t([2, 1, 2]), t([2])),
    call(t([]), t([2])),
    call(t([2, 2], { layout: 'transposed' }), t([2, 2], { layout: 'stepped' })),
  ]),
  trace: {
    ...product(
      [call(t([3, 3])), call(t([2, 4])), call(t([3, 2], { layout: 'transposed' })), call(t([0, 3]))],
      [{ args: [t([3])], error: 'ShapeError', message: /trace\(\): not a matrix/ }],
    ),
    dtypes: NUMBERS,
  },
  multiDot: product(
    [
      call([t([2, 3]), t([3, 2])]),
      call([t([2, 5]), t([5, 1]), t([1, 4])]),
      call([t([3]), t([3, 2]), t([2, 4]), t([4])]),
      call([t([3]), t([3])]),
      call([t([2, 3]), t([3, 4]), t([4])]),
      call([t([2, 0]), t([0, 3])]),
    ],
    [
      { args: [[t([2, 2])]], error: 'ArgumentError', message: /too few matrices: got 1/ },
      { args: [[t([2, 2]), t([2]), t([2, 2])]], error: 'ShapeError', message: /tensor 1 is no matrix/ },
    ],
  ),
  bilinear: product(
    [
      call(t([3, 2]), t([3, 4]), t([2, 2, 4]), t([2])),
      call(t([2]), t([3]), t([2, 2, 3])),
      call(t([2, 2, 2]), t([2, 2, 1]), t([3, 2, 1]), null),
    ],
    [
      {
        args: [t([3, 2]), t([3, 2]), t([2, 2, 3])],
        error: 'ShapeError',
        message: /bilinear\(\): shapes do not fit/,
      },
    ],
  ),
  einsum: product(
    [
      call('ij,jk->ik', t([2, 3]), t([3, 4])),
      call('ij,jk', t([2, 3]), t([3, 2])),
      call('i,j->ij', t([2]), t([3])),
      call('i,i->', t([3]), t([3])),
      call('ii', t([3, 3])),
      call('ii->i', t([3, 3])),
      call('iij->ji', t([2, 2, 3])),
      call('ij->ji', t([2, 3])),
      call('ba', t([2, 3])),
      call('ij->', t([2, 3])),
      call('ij->j', t([2, 3], { layout: 'transposed' })),
      call('bij,bjk->bik', t([2, 2, 3]), t([2, 3, 2])),
      call('...ij,...jk->...ik', t([2, 1, 2, 3]), t([3, 3, 2])),
      call('...i->...', t([2, 2, 3])),
      call('i...,i...', t([2, 3]), t([2, 3])),
      call('...,...', t([2]), t([3, 2])),
      call('ij,jk,kl->il', t([2, 3]), t([3, 2]), t([2, 2])),
      call('i,i,i->i', t([3]), t([3]), t([3])),
      call('aBc,cBd->aBd', t([2, 3, 2]), t([2, 3, 2])),
      call('ij,ij->ij', t([1, 3]), t([2, 3])),
      call(' i j , j -> i ', t([2, 3]), t([3])),
      call('ij,k->k', t([2, 2]), t([3])),
      call('bn,anm,bm->ba', t([2, 3]), t([2, 3, 2]), t([2, 2])),
      call('->', t([])),
      call(',i->i', t([]), t([2])),
      call('ij,jk->ik', t([0, 3]), t([3, 2])),
      call('ij,jk->ik', t([2, 0]), t([0, 2])),
    ],
    [
      {
        args: ['ij', t([2])],
        error: 'ShapeError',
        message: /operand 0 does not fit: got \[2\] for 'ij', expected 2/,
      },
      {
        args: ['ij,j', t([2, 3])],
        error: 'ArgumentError',
        message: /the equation does not fit: got 'ij,j' with 2 operands, expected 1/,
      },
      {
        args: ['ij,jk', t([2, 3]), t([4, 2])],
        error: 'ShapeError',
        message: /sizes differ: got 4 and 3 for 'j' in operand 1/,
      },
      { args: ['ii', t([2, 3])], error: 'ShapeError', message: /sizes differ/ },
      { args: ['i1', t([2, 3])], error: 'ArgumentError', message: /unexpected '1'/ },
      { args: ['i->k', t([2])], error: 'ArgumentError', message: /'k' of the result is in no operand/ },
      { args: ['ij->ii', t([2, 2])], error: 'ArgumentError', message: /a letter twice in the result/ },
      { args: ['i..j', t([2, 2])], error: 'ArgumentError', message: /unexpected '\.'/ },
      { args: ['i->i->i', t([2])], error: 'ArgumentError', message: /'->' twice/ },
    ],
  ),
};
