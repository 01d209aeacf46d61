import type { ErrorSample, FunctionSamples, Sample, SamplesOf } from './spec.ts';
import { call, FLOATS, t } from './spec.ts';

const loose = { float32: { atol: 2e-5, rtol: 5e-5 }, float64: { atol: 1e-12, rtol: 1e-11 } };

const planes: Sample[] = [
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
  call(t([2, 5, 6]), t([3, 2, 3, 3]), t([3]), { stride: [2, 1] }),
  call(t([2, 5, 4]), t([2, 2, 3, 3]), t([2]), { padding: 'same' }),
  call(t([1, 2, 5, 4]), t([2, 2, 2, 3]), null, { padding: 'same' }),
  call(t([1, 2, 5, 6]), t([2, 1, 4, 2]), t([2]), { padding: 'same', dilation: [1, 3], groups: 2 }),
  call(t([1, 2, 5, 4]), t([2, 2, 2, 3]), null, { padding: 'valid', stride: 2 }),
];

const lines: Sample[] = [
  call(t([2, 3, 8]), t([4, 3, 3]), t([4])),
  call(t([3, 8]), t([2, 3, 2])),
  call(t([1, 1, 5]), t([1, 1, 5])),
  call(t([2, 2, 9]), t([3, 2, 3]), t([3]), { stride: 2, padding: 1 }),
  call(t([1, 2, 9]), t([3, 2, 3]), null, { dilation: [3], padding: [2], stride: [2] }),
  call(t([1, 4, 6]), t([4, 2, 2]), t([4]), { groups: 2 }),
  call(t([1, 2, 5]), t([2, 2, 4]), t([2]), { padding: 'same' }),
  call(t([2, 6]), t([2, 1, 2]), t([2]), { padding: 'same', dilation: 3, groups: 2 }),
  call(t([1, 2, 5]), t([2, 2, 4]), null, { padding: 'valid' }),
  call(t([0, 2, 5]), t([3, 2, 2])),
  call(t([2, 3, 8], { layout: 'transposed' }), t([4, 3, 3], { layout: 'stepped' })),
];

const volumes: Sample[] = [
  call(t([1, 2, 3, 4, 5]), t([2, 2, 2, 3, 3]), t([2])),
  call(t([2, 3, 3, 4]), t([2, 2, 2, 2, 2])),
  call(t([2, 1, 3, 3, 4]), t([2, 1, 3, 2, 2]), t([2]), { padding: 1, stride: [2, 1, 2] }),
  call(t([1, 2, 5, 4, 4]), t([1, 2, 2, 2, 3]), t([1]), { dilation: [2, 3, 1], padding: [0, 1, 2] }),
  call(t([1, 4, 3, 3, 3]), t([2, 2, 2, 1, 3]), t([2]), { groups: 2, padding: [1, 0, 1] }),
  call(t([1, 2, 3, 4, 3]), t([2, 2, 2, 3, 2]), t([2]), { padding: 'same' }),
  call(t([1, 1, 4, 2, 3]), t([1, 1, 3, 1, 2]), null, { padding: 'valid', stride: 2 }),
  call(t([1, 3, 2, 2, 2]), t([2, 3, 1, 1, 1]), t([2])),
  call(t([0, 2, 3, 3, 3]), t([2, 2, 2, 2, 2]), t([2])),
  call(t([1, 2, 3, 3, 4], { layout: 'transposed' }), t([2, 2, 2, 2, 2], { layout: 'stepped' })),
];

/** What any convolution refuses, by how many dimensions its x has; `more` are the sizes after a batch and 3 channels. */
function refused(more: readonly number[]): ErrorSample[] {
  const kernel = more.map(() => 3);
  const [x, w] = [t([1, 3, ...more]), t([4, 3, ...kernel])];
  return [
    { args: [t([5]), w], error: 'ShapeError', message: /wrong rank: got \[5\], expected \(N, C, / },
    { args: [x, t([4, 3])], error: 'ShapeError', message: /the weight has a wrong rank: got \[4, 3\]/ },
    { args: [t([1, 2, ...more]), w], error: 'ShapeError', message: /channels do not fit/ },
    {
      args: [t([1, 4, ...more]), t([3, 2, ...kernel]), null, { groups: 2 }],
      error: 'ShapeError',
      message: /channels do not fit/,
    },
    { args: [x, w, null, { groups: 0 }], error: 'ShapeError', message: /channels do not fit.* 0 groups/ },
    {
      args: [t([1, 3, ...more.map(() => 2)]), w],
      error: 'ShapeError',
      message: /the kernel is larger than the padded input/,
    },
    {
      args: [x, w, t([3])],
      error: 'ShapeError',
      message: /the bias does not fit: got \[3\], expected \[4\]/,
    },
    {
      args: [x, w, null, { stride: 0 }],
      error: 'ArgumentError',
      message: /invalid stride: got 0, expected an integer of at least 1/,
    },
    { args: [x, w, null, { padding: -1 }], error: 'ArgumentError', message: /invalid padding/ },
    {
      args: [x, w, null, { padding: 'full' }],
      error: 'ArgumentError',
      message: /invalid padding: got 'full', expected 'same', 'valid'/,
    },
    {
      args: [x, w, null, { padding: 'same', stride: 2 }],
      error: 'ArgumentError',
      message: /'same' needs steps of 1: got stride \[2/,
    },
    {
      args: [x, t([4, 3, ...kernel], { dtype: 'float64' })],
      error: 'DTypeError',
      message: /dtypes do not fit/,
    },
  ];
}

const spread = (more: readonly number[], samples: readonly Sample[]): FunctionSamples => ({
  dtypes: FLOATS,
  gradient: true,
  tolerance: loose,
  samples,
  errors: refused(more),
});

const transposedLines: Sample[] = [
  call(t([2, 3, 4]), t([3, 2, 3]), t([2])),
  call(t([3, 4]), t([3, 2, 2])),
  call(t([1, 2, 4]), t([2, 2, 3]), t([2]), { stride: 2, padding: 1, outputPadding: 1 }),
  call(t([1, 2, 4]), t([2, 1, 2]), t([2]), { stride: [3], dilation: [2], groups: 2 }),
  call(t([1, 2, 4]), t([2, 1, 2]), t([1]), { stride: 2, dilation: 4, outputPadding: 3 }),
  call(t([1, 1, 3]), t([1, 1, 3]), null, { padding: 2, outputPadding: [2], dilation: 3 }),
  call(t([0, 2, 4]), t([2, 3, 2]), t([3])),
  call(t([2, 3, 4], { layout: 'transposed' }), t([3, 2, 3], { layout: 'stepped' })),
];

const transposedPlanes: Sample[] = [
  call(t([2, 3, 3, 4]), t([3, 2, 2, 3]), t([2])),
  call(t([2, 3, 3]), t([2, 3, 2, 2]), t([3]), { stride: 2 }),
  call(t([1, 2, 3, 4]), t([2, 2, 3, 3]), t([2]), { stride: [2, 3], padding: [1, 0], outputPadding: [1, 2] }),
  call(t([1, 4, 3, 3]), t([4, 2, 2, 2]), t([4]), { groups: 2, dilation: [2, 1], padding: 1 }),
  call(t([1, 1, 2, 3]), t([1, 1, 2, 2]), null, { stride: [1, 2], dilation: [3, 4], outputPadding: [2, 3] }),
  call(t([1, 3, 1, 1]), t([3, 2, 4, 4])),
  call(t([0, 2, 3, 3]), t([2, 3, 2, 2]), t([3])),
  call(t([1, 4, 9, 9]), t([4, 3, 3, 3]), t([3]), { padding: 1 }),
  call(t([1, 3, 3, 4], { layout: 'transposed' }), t([3, 2, 2, 2], { layout: 'stepped' })),
];

const transposedVolumes: Sample[] = [
  call(t([1, 2, 2, 3, 3]), t([2, 2, 2, 2, 3]), t([2])),
  call(t([2, 2, 2, 3]), t([2, 1, 3, 2, 2]), t([1]), { stride: 2 }),
  call(t([1, 2, 2, 3, 2]), t([2, 1, 2, 3, 2]), t([2]), {
    stride: [2, 1, 3],
    padding: [1, 1, 0],
    outputPadding: [1, 0, 2],
    groups: 2,
  }),
  call(t([1, 1, 2, 2, 3]), t([1, 2, 2, 2, 2]), null, { dilation: [3, 2, 1], outputPadding: [2, 1, 0] }),
  call(t([0, 2, 2, 3, 3]), t([2, 2, 2, 2, 2]), t([2])),
  call(t([1, 2, 2, 3, 3], { layout: 'transposed' }), t([2, 2, 2, 2, 1], { layout: 'stepped' })),
];

/** What any transposed convolution refuses. */
function refusedBack(more: readonly number[]): ErrorSample[] {
  const kernel = more.map(() => 2);
  const [x, w] = [t([1, 3, ...more]), t([3, 4, ...kernel])];
  return [
    { args: [t([5]), w], error: 'ShapeError', message: /wrong rank: got \[5\], expected \(N, C, / },
    { args: [x, t([3, 4])], error: 'ShapeError', message: /the weight has a wrong rank: got \[3, 4\]/ },
    {
      args: [t([1, 2, ...more]), w],
      error: 'ShapeError',
      message: /channels do not fit.*expected 3 input channels/,
    },
    { args: [x, w, null, { groups: 2 }], error: 'ShapeError', message: /channels do not fit.* 2 groups/ },
    {
      args: [x, w, t([3])],
      error: 'ShapeError',
      message: /the bias does not fit: got \[3\], expected \[4\]/,
    },
    {
      args: [x, w, null, { padding: 4 }],
      error: 'ShapeError',
      message: /nothing is left of the result.*Use less padding/,
    },
    {
      args: [x, w, null, { stride: 2, outputPadding: 2 }],
      error: 'ArgumentError',
      message: /too much outputPadding: got \[2/,
    },
    { args: [x, w, null, { outputPadding: -1 }], error: 'ArgumentError', message: /invalid outputPadding/ },
    { args: [x, w, null, { dilation: 0 }], error: 'ArgumentError', message: /invalid dilation/ },
    {
      args: [x, t([3, 4, ...kernel], { dtype: 'float64' })],
      error: 'DTypeError',
      message: /dtypes do not fit/,
    },
  ];
}

const back = (more: readonly number[], samples: readonly Sample[]): FunctionSamples => ({
  ...spread(more, samples),
  errors: refusedBack(more),
});

type Names = 'conv1d' | 'conv2d' | 'conv3d' | 'convTranspose1d' | 'convTranspose2d' | 'convTranspose3d';

/** Convolutions and their transposes. */
export const convolutions: SamplesOf<Names> = {
  conv1d: spread([5], lines),
  conv2d: spread([5, 5], planes),
  conv3d: spread([3, 4, 3], volumes),
  convTranspose1d: back([4], transposedLines),
  convTranspose2d: back([4, 3], transposedPlanes),
  convTranspose3d: back([2, 4, 3], transposedVolumes),
};
