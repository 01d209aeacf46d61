import type { SamplesOf } from './spec.ts';
import { but, call, FLOATS, t, v } from './spec.ts';

const loose = { float32: { atol: 5e-6, rtol: 2e-5 }, float64: { atol: 1e-12, rtol: 1e-11 } };

type Names = 'matmul' | 'linear';

/** Matrix products. */
export const linears: SamplesOf<Names> = {
  matmul: {
    dtypes: FLOATS,
    gradient: true,
    tolerance: loose,
    samples: [
      call(t([2, 3]), t([3, 4])),
      call(t([3]), t([3])),
      call(t([3]), t([3, 4])),
      call(t([2, 3]), t([3])),
      call(t([5, 2, 3]), t([3, 4])),
      call(t([5, 2, 3]), t([5, 3, 4])),
      call(t([2, 3]), t([5, 3, 4])),
      call(t([5, 1, 2, 3]), t([4, 3, 2])),
      call(t([3]), t([5, 3, 4])),
      call(t([5, 2, 3]), t([3])),
      call(t([1, 1]), t([1, 1])),
      call(t([17, 33]), t([33, 19])),
      call(t([1, 70]), t([70, 65])),
      call(t([65, 1]), t([1, 3])),
      call(t([0, 3]), t([3, 2])),
      call(t([2, 0]), t([0, 3])),
      call(t([2, 3]), t([3, 0])),
      call(t([0, 2, 3]), t([3, 2])),
      call(t([0]), t([0])),
      call(t([3, 4], { layout: 'transposed' }), t([4, 5], { layout: 'transposed' })),
      call(t([3, 4], { layout: 'stepped' }), t([4, 5], { layout: 'flipped' })),
      call(t([3, 4], { layout: 'expanded' }), t([4, 2])),
      call(t([2, 3, 4], { layout: 'transposed' }), t([2, 4, 3], { layout: 'expanded' })),
      but(call(v([1, Number.NaN, Infinity, 0], { shape: [2, 2] }), v([0, 1, 2, -1], { shape: [2, 2] })), {
        smooth: false,
      }),
    ],
    errors: [
      {
        args: [t([2, 3]), t([4, 3])],
        error: 'ShapeError',
        message: /inner sizes differ: got \[2, 3\] @ \[4, 3\] \(3 ≠ 4\).*Transpose the second operand\?/,
      },
      { args: [t([2, 3]), t([4, 5])], error: 'ShapeError', message: /inner sizes differ/ },
      { args: [t([3]), t([4])], error: 'ShapeError', message: /inner sizes differ/ },
      { args: [t([]), t([2])], error: 'ShapeError', message: /a 0-d operand/ },
      {
        args: [t([2, 3, 4]), t([3, 4, 5])],
        error: 'ShapeError',
        message: /shapes do not broadcast: got \[2\] and \[3\]/,
      },
      {
        args: [t([2, 3]), t([3, 2], { dtype: 'float64' })],
        error: 'DTypeError',
        message: /dtypes do not fit: got float32 @ float64/,
      },
      {
        args: [t([2, 3]), t([3, 2])],
        dtype: 'int32',
        error: 'DTypeError',
        message: /expected the same float dtype/,
        stricter: 'no integer products yet',
      },
    ],
  },
  linear: {
    dtypes: FLOATS,
    gradient: true,
    tolerance: loose,
    samples: [
      call(t([2, 3]), t([4, 3]), t([4])),
      call(t([2, 3]), t([4, 3])),
      call(t([2, 3]), t([4, 3]), null),
      call(t([3]), t([4, 3]), t([4])),
      call(t([2, 5, 3]), t([4, 3]), t([4])),
      call(t([2, 2, 2, 3]), t([1, 3]), t([1])),
      call(t([0, 3]), t([4, 3]), t([4])),
      call(t([2, 0]), t([3, 0]), t([3])),
      call(t([33, 65]), t([17, 65]), t([17])),
      call(
        t([3, 4], { layout: 'transposed' }),
        t([5, 4], { layout: 'transposed' }),
        t([5], { layout: 'stepped' }),
      ),
      call(t([3, 4], { layout: 'expanded' }), t([2, 4], { layout: 'flipped' }), t([2])),
    ],
    errors: [
      {
        args: [t([2, 3]), t([4, 2])],
        error: 'ShapeError',
        message: /the weight does not fit: got x \[2, 3\] and weight \[4, 2\], expected weight \[out, 3\]/,
      },
      {
        args: [t([2, 3]), t([4, 3]), t([3])],
        error: 'ShapeError',
        message: /the bias does not fit: got \[3\], expected \[4\]/,
      },
      {
        args: [t([2, 3]), t([4, 3], { dtype: 'float64' })],
        error: 'DTypeError',
        message: /dtypes do not fit/,
      },
    ],
  },
};
