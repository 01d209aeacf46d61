import type { FunctionSamples, Sample, SamplesOf } from './spec.ts';
import { but, call, FLOATS, t, v } from './spec.ts';

const loose = { float32: { atol: 2e-5, rtol: 5e-5 }, float64: { atol: 1e-12, rtol: 1e-11 } };

const convolutions: Sample[] = [
  call(t([1, 1, 4, 4]), t([1, 1, 3, 3])),
  call(t([2, 3, 5, 6]), t([4, 3, 3, 3]), t([4])),
  call(t([2, 3, 5, 6]), t([4, 3, 3, 3]), t([4]), { padding: 1 }),
  call(t([2, 2, 7, 6]), t([3, 2, 3, 2]), null, { stride: 2 }),
  call(t([2, 2, 7, 8]), t([3, 2, 3, 2]), t([3]), { stride: [2, 3], padding: [1, 0] }),
  call(t([1, 2, 9, 8]), t([3, 2, 3, 3]), null, { dilation: 2 }),
  call(t([1, 2, 9, 8]), t([3, 2, 2, 3]), t([3]), { dilation: [3, 2], padding: 2, stride: [1, 2] }),
  call(t([2, 4, 5, 5]), t([6, 2, 3, 3]), t([6]), { groups: 2 }),
  call(t([1, 3, 5, 4]), t([3, 1, 2, 3]), t([3]), { groups: 3, padding: 1, stride: 2 }),
  call(t([2, 3, 4, 4]), t([5, 3, 1, 1]), t([5])),
  call(t([1, 2, 3, 3]), t([2, 2, 3, 3]), t([2])),
  call(t([1, 1, 8, 8]), t([1, 1, 2, 2]), null, { stride: 3 }),
  call(t([1, 2, 3, 2]), t([2, 2, 3, 4]), null, { padding: [0, 2] }),
  call(t([0, 2, 4, 4]), t([3, 2, 3, 3]), t([3])),
  call(t([2, 8, 12, 12]), t([8, 8, 3, 3]), t([8]), { padding: 1 }),
  call(
    t([2, 3, 5, 6], { layout: 'transposed' }),
    t([4, 3, 3, 3], { layout: 'stepped' }),
    t([4], { layout: 'flipped' }),
  ),
];

/** Windows over planes. Ties: drawn values are distinct. */
const windows: Sample[] = [
  call(t([1, 1, 4, 4]), 2),
  call(t([2, 3, 6, 5]), 2),
  call(t([2, 3, 6, 5]), [2, 3]),
  call(t([1, 2, 7, 7]), 3, { stride: 2 }),
  call(t([1, 2, 6, 6]), 3, { stride: 1, padding: 1 }),
  call(t([1, 2, 7, 6]), [3, 2], { stride: [2, 1], padding: [1, 0] }),
  call(t([1, 2, 7, 7]), 2, { dilation: 2, stride: 1 }),
  call(t([1, 2, 7, 8]), 3, { dilation: [2, 1], padding: 1 }),
  call(t([1, 2, 5, 6]), 2, { ceilMode: true }),
  call(t([1, 1, 5, 5]), 3, { stride: 2, ceilMode: true }),
  call(t([1, 1, 7, 7]), 3, { stride: 3, padding: 1, ceilMode: true }),
  call(t([1, 1, 4, 4]), 2, { stride: 3, ceilMode: true }),
  call(t([1, 1, 3, 3]), 3),
  call(t([1, 2, 4, 4]), 1),
  call(t([1, 1, 9, 9]), 2, { stride: 4 }),
  call(t([0, 2, 4, 4]), 2),
  call(t([1, 2, 6, 5], { layout: 'transposed' }), 2),
  but(call(v([1, 3, 3, 1, 3, 2, 2, 0, 2, 2, 0, 0, 5, 5, 5, 5], { shape: [1, 1, 4, 4] }), 2), {
    smooth: false,
  }),
  but(
    call(v([1, 3, 3, 1, 3, 2, 2, 0, 2, 2, 0, 0, 5, 5, 5, 5], { shape: [1, 1, 4, 4] }), 3, {
      stride: 1,
      padding: 1,
    }),
    { smooth: false },
  ),
  but(
    call(
      v([1, Number.NaN, 3, 1, 3, 2, 2, -Infinity, 2, Number.NaN, Number.NaN, 0, 5, -Infinity, 5, 5], {
        shape: [1, 1, 4, 4],
      }),
      2,
    ),
    { smooth: false },
  ),
  but(call(v([-Infinity], { shape: [1, 1, 4, 4] }), 2, { padding: 1 }), { smooth: false }),
];

const poolErrors: FunctionSamples['errors'] = [
  {
    args: [t([1, 1, 2, 2]), 3],
    error: 'ShapeError',
    message: /the window is larger than the input: got window \[3, 3\] over \[1, 1, 2, 2\]/,
  },
  {
    args: [t([1, 1, 4, 4]), 2, { padding: 2 }],
    error: 'ShapeError',
    message: /too much padding: got \[2, 2\], expected at most half of the window \[2, 2\]/,
  },
  { args: [t([4, 4]), 2], error: 'ShapeError', message: /wrong rank: got \[4, 4\], expected \(N, C, H, W\)/ },
  {
    args: [t([1, 1, 4, 4]), 0],
    error: 'ArgumentError',
    message: /invalid kernelSize: got 0, expected an integer of at least 1/,
  },
  { args: [t([1, 1, 4, 4]), 2, { stride: 0 }], error: 'ArgumentError', message: /invalid stride/ },
  { args: [t([1, 1, 4, 4]), 2], dtype: 'int32', error: 'DTypeError', message: /not defined for integers/ },
];

type Names = 'conv2d' | 'maxPool2d' | 'maxPool2dWithIndices';

/** Convolution and pooling. */
export const planes: SamplesOf<Names> = {
  conv2d: {
    dtypes: FLOATS,
    gradient: true,
    tolerance: loose,
    samples: convolutions,
    errors: [
      {
        args: [t([3, 5, 5]), t([4, 3, 3, 3])],
        error: 'ShapeError',
        message: /wrong rank: got input \[3, 5, 5\] and weight \[4, 3, 3, 3\].*unsqueeze/,
        stricter: 'unbatched input is not supported',
      },
      { args: [t([1, 2, 5, 5]), t([4, 3, 3, 3])], error: 'ShapeError', message: /channels do not fit/ },
      {
        args: [t([1, 4, 5, 5]), t([3, 2, 3, 3]), null, { groups: 2 }],
        error: 'ShapeError',
        message: /channels do not fit/,
      },
      {
        args: [t([1, 3, 2, 2]), t([4, 3, 3, 3])],
        error: 'ShapeError',
        message: /the kernel is larger than the padded input/,
      },
      {
        args: [t([1, 3, 5, 5]), t([4, 3, 3, 3]), t([3])],
        error: 'ShapeError',
        message: /the bias does not fit: got \[3\], expected \[4\]/,
      },
      {
        args: [t([1, 3, 5, 5]), t([4, 3, 3, 3]), null, { stride: 0 }],
        error: 'ArgumentError',
        message: /invalid stride: got 0, expected an integer of at least 1/,
      },
      {
        args: [t([1, 3, 5, 5]), t([4, 3, 3, 3]), null, { padding: -1 }],
        error: 'ArgumentError',
        message: /invalid padding/,
      },
      {
        args: [t([1, 3, 5, 5]), t([4, 3, 3, 3], { dtype: 'float64' })],
        error: 'DTypeError',
        message: /dtypes do not fit/,
      },
    ],
  },
  maxPool2d: { dtypes: FLOATS, gradient: true, samples: windows, errors: poolErrors },
  maxPool2dWithIndices: { dtypes: FLOATS, gradient: true, samples: windows },
};
