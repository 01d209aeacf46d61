import type { Arg, ErrorSample, FunctionSamples, Sample, SamplesOf } from './spec.ts';
import { but, call, FLOATS, ints, t, v } from './spec.ts';

/** Windows over planes. Ties: drawn values are distinct. */
const windows: Sample[] = [
  call(t([2, 5, 4]), 2),
  call(t([1, 3, 3]), [2, 1], { stride: 1, padding: [1, 0] }),
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

const tie = [1, 3, 3, 1, 3, 2, 2, 0, 2, 2, 0, 0, 5, 5, 5, 5];

const linewise: Sample[] = [
  call(t([2, 3, 6]), 2),
  call(t([3, 7]), [3]),
  call(t([1, 2, 7]), 3, { stride: 2, padding: 1 }),
  call(t([1, 2, 8]), 2, { dilation: 3, stride: 1 }),
  call(t([2, 5]), 2, { ceilMode: true }),
  call(t([1, 1, 7]), [3], { stride: [3], padding: [1], ceilMode: true, dilation: [1] }),
  call(t([0, 2, 4]), 2),
  call(t([1, 3, 6], { layout: 'transposed' }), 3),
  but(call(v(tie, { shape: [1, 2, 8] }), 3, { stride: 1, padding: 1 }), { smooth: false }),
  but(call(v([-Infinity, 1, Number.NaN, 2], { shape: [1, 8] }), 2, { padding: 1 }), { smooth: false }),
];

const volumewise: Sample[] = [
  call(t([1, 2, 4, 4, 4]), 2),
  call(t([2, 3, 4, 4]), [1, 2, 3]),
  call(t([1, 1, 3, 4, 5]), 2, { stride: [1, 2, 2], padding: [1, 0, 1] }),
  call(t([1, 1, 5, 4, 3]), 2, { dilation: [2, 1, 2], stride: 1 }),
  call(t([1, 1, 3, 3, 5]), 2, { ceilMode: true }),
  call(t([1, 1, 4, 3, 4]), 3, { stride: 3, padding: 1, ceilMode: true }),
  call(t([0, 2, 2, 4, 4]), 2),
  call(t([1, 2, 2, 3, 4], { layout: 'transposed' }), 2, { stride: 1 }),
  but(call(v([...tie, ...tie], { shape: [1, 1, 2, 4, 4] }), 2), { smooth: false }),
  but(call(v([2], { shape: [1, 1, 3, 3, 3] }), 3, { stride: 2, padding: 1 }), { smooth: false }),
  but(
    call(v([-Infinity, 1, Number.NaN, 2, -Infinity], { shape: [1, 1, 3, 3, 3] }), 2, {
      padding: 1,
      ceilMode: true,
    }),
    { smooth: false },
  ),
  but(call(v([-Infinity], { shape: [1, 1, 3, 3, 3] }), 2, { padding: 1 }), { smooth: false }),
];

/** What poolings with windows refuse, for inputs with these sizes after a batch and a channel. */
function refused(sizes: readonly number[], padding = true): ErrorSample[] {
  const x = t([1, 1, ...sizes]);
  const errors: ErrorSample[] = [
    {
      args: [t([1, 1, ...sizes.map(() => 2)]), 3],
      error: 'ShapeError',
      message: /the window is larger than the input: got window \[3/,
    },
    { args: [t([4]), 2], error: 'ShapeError', message: /wrong rank: got \[4\], expected \(N, C, / },
    { args: [t([2, 0, ...sizes]), 2], error: 'ShapeError', message: /an empty dimension: got \[2, 0, / },
    { args: [t([2, 1, ...sizes.slice(1), 0]), 1], error: 'ShapeError', message: /an empty dimension/ },
    {
      args: [x, 0],
      error: 'ArgumentError',
      message: /invalid kernelSize: got 0, expected an integer of at least 1/,
    },
    { args: [x, 2, { stride: 0 }], error: 'ArgumentError', message: /invalid stride/ },
    { args: [x, 2], dtype: 'int32', error: 'DTypeError', message: /not defined for integers/ },
  ];
  if (!padding) return errors;
  return [
    ...errors,
    {
      args: [x, 2, { padding: 2 }],
      error: 'ShapeError',
      message: /too much padding: got \[2.*\], expected at most half of the window \[2/,
    },
    { args: [x, 2, { padding: -1 }], error: 'ArgumentError', message: /invalid padding/ },
  ];
}

const pool = (samples: readonly Sample[], errors: readonly ErrorSample[] = []): FunctionSamples => ({
  dtypes: FLOATS,
  gradient: true,
  samples,
  errors,
});

const LINE = [6];
const PLANE = [4, 4];
const VOLUME = [4, 4, 4];

const lineMeans: Sample[] = [
  call(t([2, 3, 6]), 2),
  call(t([3, 7]), [3], { stride: [2] }),
  call(t([1, 2, 7]), 3, { stride: 2, padding: 1 }),
  call(t([1, 2, 7]), 3, { stride: 2, padding: 1, countIncludePad: false }),
  call(t([2, 5]), 2, { ceilMode: true }),
  call(t([1, 1, 8]), 3, { stride: 3, padding: 1, ceilMode: true }),
  call(t([0, 2, 4]), 2),
  call(t([1, 3, 6], { layout: 'transposed' }), 3),
  but(call(v([1, Infinity, 2, Number.NaN, 3, 4], { shape: [1, 6] }), 2), { smooth: false }),
];

const planeMeans: Sample[] = [
  call(t([1, 1, 4, 4]), 2),
  call(t([2, 3, 6, 5]), [2, 3]),
  call(t([2, 5, 6]), 3, { stride: [1, 2] }),
  call(t([1, 2, 6, 6]), 3, { stride: 1, padding: 1 }),
  call(t([1, 2, 7, 6]), [3, 2], { stride: [2, 1], padding: [1, 0], countIncludePad: false }),
  call(t([1, 1, 5, 6]), 2, { ceilMode: true }),
  call(t([1, 1, 8, 7]), 3, { stride: 3, padding: 1, ceilMode: true }),
  call(t([1, 1, 8, 7]), 3, { stride: 3, padding: 1, ceilMode: true, countIncludePad: false }),
  call(t([1, 1, 5, 5]), 3, { stride: 2, divisorOverride: 4 }),
  call(t([1, 1, 5, 5]), 3, { padding: 1, divisorOverride: -3 }),
  call(t([1, 2, 3, 4]), [3, 4]),
  call(t([1, 1, 9, 9]), 2, { stride: 4 }),
  call(t([0, 2, 4, 4]), 2),
  call(t([1, 2, 6, 5], { layout: 'transposed' }), 2),
];

const volumeMeans: Sample[] = [
  call(t([1, 2, 4, 4, 4]), 2),
  call(t([2, 3, 4, 4]), [1, 2, 3]),
  call(t([1, 1, 3, 4, 5]), 2, { stride: [1, 2, 2], padding: [1, 0, 1] }),
  call(t([1, 1, 3, 4, 5]), 3, { stride: 2, padding: 1, countIncludePad: false }),
  call(t([1, 1, 3, 3, 5]), 2, { ceilMode: true }),
  call(t([1, 1, 4, 3, 4]), 3, { stride: 3, padding: 1, ceilMode: true }),
  call(t([1, 1, 3, 3, 3]), 2, { stride: 1, divisorOverride: 5 }),
  call(t([0, 2, 2, 4, 4]), 2),
  call(t([1, 2, 2, 3, 4], { layout: 'transposed' }), 2, { stride: 1 }),
];

const zeroDivisor = (sizes: readonly number[]): ErrorSample => ({
  args: [t([1, 1, ...sizes]), 2, { divisorOverride: 0 }],
  error: 'ArgumentError',
  message: /invalid divisorOverride: got 0/,
});

/** Norms of positive elements, and of others with an even power. */
const norms = (
  line: Sample['args'][0],
  signed: Sample['args'][0],
  kernel: number | readonly number[],
): Sample[] => [
  call(line, 2, kernel),
  call(line, 3, kernel, { stride: 1 }),
  call(line, 1.5, kernel, { ceilMode: true }),
  call(line, -1, kernel),
  call(signed, 2, kernel),
  call(signed, 1, kernel),
];

const positive = { low: 0.5, high: 2 };

const noneBack = { noGolden: 'PyTorch takes such a result, but not back' };

const adaptive = (
  fn: (shape: readonly number[], size: Arg) => Sample,
): Record<'line' | 'plane' | 'volume', Sample[]> => ({
  line: [
    fn([2, 3, 6], 3),
    fn([3, 7], [3]),
    fn([1, 2, 5], 5),
    fn([1, 2, 3], 5),
    fn([1, 2, 5], null),
    fn([2, 7], 1),
    fn([0, 2, 4], 3),
    but(fn([1, 2, 4], 0), noneBack),
  ],
  plane: [
    fn([1, 2, 6, 4], [3, 2]),
    fn([2, 3, 5, 4], 3),
    fn([2, 5, 4], [2, null]),
    fn([1, 1, 4, 5], [null, 3]),
    fn([1, 2, 3, 2], [4, 5]),
    fn([1, 2, 5, 4], 1),
    fn([1, 1, 5, 7], null),
    fn([0, 2, 4, 4], 3),
    but(fn([1, 1, 4, 4], [0, 2]), noneBack),
  ],
  volume: [
    fn([1, 2, 4, 2, 6], [2, 1, 3]),
    fn([1, 1, 3, 4, 5], 2),
    fn([2, 3, 2, 4], [2, null, 3]),
    fn([1, 1, 2, 2, 3], [3, 4, 2]),
    fn([1, 2, 3, 2, 3], 1),
    fn([0, 2, 4, 4, 4], 3),
  ],
});

const bins = adaptive((shape, size) => call(t(shape), size));
const transposedBins = call(t([1, 2, 5, 4], { layout: 'transposed' }), [2, 3]);
const tied: Sample[] = [
  but(call(v(tie, { shape: [1, 1, 4, 4] }), [3, 3]), { smooth: false }),
  but(call(v([-Infinity], { shape: [1, 1, 4, 4] }), [3, 2]), { smooth: false }),
  but(call(v([1, Number.NaN, -Infinity, 3, 2], { shape: [1, 1, 5, 3] }), [2, 2]), { smooth: false }),
];

/** What adaptive poolings refuse. */
function refusedSizes(sizes: readonly number[]): ErrorSample[] {
  const x = t([1, 1, ...sizes]);
  return [
    { args: [x, -1], error: 'ArgumentError', message: /invalid outputSize: got -1/ },
    { args: [x, [...sizes, 2]], error: 'ArgumentError', message: /invalid outputSize: got \[.*,2\]/ },
    { args: [t([4]), 2], error: 'ShapeError', message: /wrong rank: got \[4\]/ },
    { args: [t([2, 1, ...sizes.slice(1), 0]), 2], error: 'ShapeError', message: /an empty dimension/ },
    { args: [x, 2], dtype: 'int32', error: 'DTypeError', message: /not defined for integers/ },
  ];
}

/** Numbers that place the windows. */
const samplesOf = (n: number, c: number, directions: number): Arg =>
  t([n, c, directions], { low: 0, high: 0.999, gradient: false });

const fractionalPlanes: Sample[] = [
  call(t([2, 2, 7, 6]), 2, { outputSize: [4, 3], randomSamples: samplesOf(2, 2, 2) }),
  call(t([2, 7, 6]), [3, 2], { outputSize: 2, randomSamples: samplesOf(1, 2, 2) }),
  call(t([1, 1, 8, 5]), 2, { outputRatio: [0.5, 0.7], randomSamples: samplesOf(1, 1, 2) }),
  call(t([1, 2, 5, 5]), [3, 2], { outputSize: [1, 4], randomSamples: samplesOf(1, 2, 2) }),
  call(t([1, 2, 7, 5]), 2, { outputRatio: 0.6 }),
  call(t([2, 6, 5]), 2, { outputSize: 3 }),
  call(t([0, 2, 5, 5]), 2, { outputSize: 3 }),
  call(t([1, 2, 6, 6], { layout: 'transposed' }), 2, { outputSize: 3, randomSamples: samplesOf(1, 2, 2) }),
];

const fractionalVolumes: Sample[] = [
  call(t([1, 2, 5, 4, 4]), 2, { outputSize: [3, 2, 2], randomSamples: samplesOf(1, 2, 3) }),
  call(t([2, 3, 4, 5]), [1, 2, 3], { outputSize: 2, randomSamples: samplesOf(1, 2, 3) }),
  call(t([1, 1, 4, 5, 4]), [2, 2, 1], { outputRatio: 0.6 }),
  call(t([1, 1, 4, 4, 5]), 2, { outputSize: [1, 2, 3] }),
];

/** What fractional poolings refuse. */
function refusedFractions(sizes: readonly number[]): ErrorSample[] {
  const x = t([1, 1, ...sizes]);
  return [
    { args: [x, 2, {}], error: 'ArgumentError', message: /no size: got neither outputSize nor outputRatio/ },
    {
      args: [x, 3, { outputSize: sizes.length === 2 ? 4 : 3 }],
      error: 'ShapeError',
      message:
        /the windows do not fit: got [34] × [34].* of \[3, 3.*expected kernelSize \+ outputSize − 1 (≤|<) the size/,
    },
    {
      args: [x, 2, { outputRatio: 1.5 }],
      error: 'ArgumentError',
      message: /invalid outputRatio: got 1.5/,
    },
    { args: [t([4]), 2, { outputSize: 2 }], error: 'ShapeError', message: /wrong rank: got \[4\]/ },
    {
      args: [x, 2, { outputSize: 2, randomSamples: samplesOf(2, 1, sizes.length) }],
      error: 'ShapeError',
      message: /the randomSamples do not fit: got \[2, 1, .*\], expected \[1, 1, /,
      stricter: 'PyTorch 1.13 does not look at their shape, later ones do',
    },
  ];
}

const undone: Record<'line' | 'plane' | 'volume', Sample[]> = {
  line: [
    call(t([1, 2, 2]), ints([1, 2, 0, 3], [1, 2, 2]), 2),
    call(t([2, 3]), ints([0, 3, 4, 1, 3, 6], [2, 3]), 3, { stride: 2 }),
    call(t([1, 1, 3]), ints([0, 2, 4], [1, 1, 3]), 2, { padding: 1, outputSize: [5] }),
    but(call(t([1, 1, 4]), ints([1, 2, 1, 2], [1, 1, 4]), 2), { smooth: false }),
    call(t([0, 2, 2]), ints([], [0, 2, 2]), 2),
  ],
  plane: [
    call(t([1, 1, 2, 2]), ints([0, 3, 9, 14], [1, 1, 2, 2]), 2),
    call(t([2, 2, 1]), ints([1, 5, 0, 7], [2, 2, 1]), [2, 2]),
    call(t([1, 1, 2, 2]), ints([0, 3, 20, 24], [1, 1, 2, 2]), 2, { outputSize: [1, 1, 5, 5] }),
    call(t([1, 1, 2, 2]), ints([0, 3, 4, 14], [1, 1, 2, 2]), 3, { stride: 2, padding: [0, 1] }),
    but(call(t([1, 2, 1, 3]), ints([4, 4, 4, 0, 11, 0], [1, 2, 1, 3]), 2), { smooth: false }),
    call(t([1, 2, 2, 2], { layout: 'transposed' }), ints([0, 3, 9, 14, 2, 1, 15, 8], [1, 2, 2, 2]), 2),
  ],
  volume: [
    call(t([1, 1, 1, 2, 2]), ints([0, 3, 18, 31], [1, 1, 1, 2, 2]), 2),
    call(t([2, 1, 1, 1]), ints([5, 0], [2, 1, 1, 1]), [2, 1, 3]),
    call(t([1, 1, 2, 1, 1]), ints([6, 17], [1, 1, 2, 1, 1]), 2, { outputSize: [3, 2, 3] }),
  ],
};

/** What unpooling refuses: `ones` stands for as many sizes of 2. */
function refusedPlaces(ones: readonly number[]): ErrorSample[] {
  const shape = [1, 1, ...ones];
  const count = ones.reduce((p, n) => p * n, 1);
  const numbered = ints(
    Array.from({ length: count }, (_, i) => i),
    shape,
  );
  return [
    {
      args: [t(shape), ints([0, 9999], shape), 2],
      error: 'ValueError',
      message: /maxUnpool.d\(\): index out of range: got 9999 at position 1, expected 0 ≤ index < /,
    },
    { args: [t(shape), ints([-1], shape), 2], error: 'ValueError', message: /index out of range: got -1/ },
    {
      args: [t(shape), ints([0], [1, 1, ...ones.slice(1), 1]), 2],
      error: 'ShapeError',
      message: /the indices do not fit/,
    },
    {
      args: [t(shape), numbered, 2, { outputSize: ones }],
      error: 'ArgumentError',
      message: /invalid outputSize: got \[2/,
    },
    { args: [t(shape), numbered, 2, { padding: 4 }], error: 'ShapeError', message: /nothing is left/ },
    { args: [t(shape), t(shape), 2], error: 'DTypeError', message: /got float32 with float32 indices/ },
    { args: [t([4]), ints([0, 1, 2, 3]), 2], error: 'ShapeError', message: /wrong rank: got \[4\]/ },
  ];
}

type Directions = '1d' | '2d' | '3d';
type Names =
  | `${'maxPool' | 'adaptiveMaxPool'}${Directions}${'' | 'WithIndices'}`
  | `${'avgPool' | 'lpPool' | 'adaptiveAvgPool' | 'maxUnpool'}${Directions}`
  | `fractionalMaxPool${'2d' | '3d'}${'' | 'WithIndices'}`;

const normError: ErrorSample = {
  args: [t([1, 1, 4]), 0, 2],
  error: 'ArgumentError',
  message: /invalid normType: got 0/,
};

/** Pooling. */
export const poolings: SamplesOf<Names> = {
  maxPool1d: pool(linewise, refused(LINE)),
  maxPool1dWithIndices: pool(linewise),
  maxPool2d: pool(windows, refused(PLANE)),
  maxPool2dWithIndices: pool(windows),
  maxPool3d: pool(volumewise, refused(VOLUME)),
  maxPool3dWithIndices: pool(volumewise),
  avgPool1d: pool(lineMeans, refused(LINE)),
  avgPool2d: pool(planeMeans, [...refused(PLANE), zeroDivisor(PLANE)]),
  avgPool3d: pool(volumeMeans, [...refused(VOLUME), zeroDivisor(VOLUME)]),
  lpPool1d: pool(
    [
      ...norms(t([1, 2, 5], positive), t([2, 6]), 2),
      but(call(v([0, 0, 1, 2, -3, 3], { shape: [1, 6] }), 2, 2), { smooth: false }),
      but(call(v([1, 2, -1, -3], { shape: [1, 4] }), 3, [2]), { smooth: false }),
    ],
    [normError],
  ),
  lpPool2d: pool([
    ...norms(t([1, 2, 4, 5], positive), t([2, 4, 4]), [2, 3]),
    but(call(t([1, 1, 4, 4], { low: 0, high: 0 }), 2, 2), { smooth: false }),
  ]),
  lpPool3d: pool(norms(t([1, 1, 3, 4, 4], positive), t([2, 2, 3, 4]), [2, 2, 3])),
  adaptiveAvgPool1d: pool(bins.line, refusedSizes(LINE)),
  adaptiveAvgPool2d: pool(
    [
      ...bins.plane,
      transposedBins,
      but(call(t([1, 0, 4, 4]), 3), noneBack),
      but(call(v([1, Infinity, 2, 3, Number.NaN, 5], { shape: [1, 2, 9] }), [1, 4]), { smooth: false }),
    ],
    refusedSizes(PLANE),
  ),
  adaptiveAvgPool3d: pool(bins.volume, refusedSizes(VOLUME)),
  adaptiveMaxPool1d: pool(bins.line, refusedSizes(LINE)),
  adaptiveMaxPool1dWithIndices: pool(bins.line),
  adaptiveMaxPool2d: pool([...bins.plane, transposedBins, ...tied], refusedSizes(PLANE)),
  adaptiveMaxPool2dWithIndices: pool([...bins.plane, transposedBins, ...tied]),
  adaptiveMaxPool3d: pool(bins.volume, refusedSizes(VOLUME)),
  adaptiveMaxPool3dWithIndices: pool(bins.volume),
  fractionalMaxPool2d: pool(fractionalPlanes, refusedFractions([5, 5])),
  fractionalMaxPool2dWithIndices: pool(fractionalPlanes),
  fractionalMaxPool3d: pool(fractionalVolumes, refusedFractions([5, 5, 5])),
  fractionalMaxPool3dWithIndices: pool(fractionalVolumes),
  maxUnpool1d: pool(undone.line, refusedPlaces([2])),
  maxUnpool2d: pool(undone.plane, refusedPlaces([2, 2])),
  maxUnpool3d: pool(undone.volume, refusedPlaces([2, 2, 2])),
};
