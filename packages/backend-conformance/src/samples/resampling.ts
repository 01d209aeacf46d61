import type { Arg, ErrorSample, FunctionSamples, Sample, SamplesOf } from './spec.ts';
import { ALL, but, call, FLOATS, t, v } from './spec.ts';

/** Where a factor that is no quotient of sizes keeps or doubles one. */
const ignored = (sample: Sample, mode?: string): Sample =>
  mode === 'nearest-exact'
    ? sample
    : but(sample, { noGolden: 'PyTorch ignores the factor in the gradient, though not in the result' });

const nearest = (mode?: string): Sample[] => {
  const o = mode ? { mode } : {};
  return [
    call(t([2, 2, 4]), { size: 3, ...o }),
    call(t([1, 2, 4]), { size: [7], ...o }),
    call(t([1, 1, 5]), { scaleFactor: 1.7, ...o }),
    call(t([1, 1, 5]), { scaleFactor: 1.7, recomputeScaleFactor: true, ...o }),
    call(t([1, 1, 7]), { scaleFactor: 0.6, ...o }),
    call(t([1, 2, 3, 4]), { size: [5, 2], ...o }),
    call(t([1, 1, 3, 2]), { scaleFactor: [2, 1.5], ...o }),
    call(t([1, 1, 2, 3, 2]), { size: [1, 4, 3], ...o }),
    ignored(call(t([1, 2, 2, 3, 2]), { scaleFactor: 1.4, ...o }), mode),
    call(t([0, 2, 3]), { size: 2, ...o }),
    call(t([2, 1, 3]), { size: 3, ...o }),
    call(t([1, 2, 3, 4], { layout: 'transposed' }), { size: [5, 2], ...o }),
  ].map((sample) => but(sample, { dtypes: ['float32', 'float64', 'uint8'] }));
};

const smooth = (
  mode: string,
  shape: readonly number[],
  sizes: readonly (number | readonly number[])[],
): Sample[] => [
  ...sizes.flatMap((size) => [
    call(t(shape), { size, mode }),
    call(t(shape), { size, mode, alignCorners: true }),
  ]),
  call(t(shape), { scaleFactor: 1.7, mode, alignCorners: false }),
  call(t(shape), { scaleFactor: 0.6, mode }),
  call(t(shape), { scaleFactor: 0.6, mode, recomputeScaleFactor: true }),
  call(t(shape), { scaleFactor: 1.7, mode, alignCorners: true }),
  but(
    call(t(shape), { scaleFactor: 1.1, mode }),
    mode === 'bicubic'
      ? { noGolden: "PyTorch's backward takes equal sizes as a copy, its forward does not" }
      : {},
  ),
  call(t([0, ...shape.slice(1)]), { size: sizes[0] as Arg, mode }),
];

const floats = (samples: readonly Sample[]): Sample[] =>
  samples.map((sample) => but(sample, { dtypes: sample.dtypes ?? FLOATS }));

const image = t([1, 1, 4, 4]);
const refuse = (options: Record<string, Arg>, message: RegExp): ErrorSample => ({
  args: [image, options],
  error: 'ArgumentError',
  message,
});

/** Points with one line in each direction beyond the image. */
const grid = (...sizes: number[]): Arg => t([...sizes, sizes.length - 1], { low: -1.6, high: 1.6 });

const images: Sample[] = ['bilinear', 'nearest', 'bicubic'].flatMap((mode) =>
  ['zeros', 'border', 'reflection'].flatMap((paddingMode) =>
    [true, false].map((alignCorners) =>
      call(t([2, 1, 3, 4]), grid(2, 2, 3), { mode, paddingMode, alignCorners }),
    ),
  ),
);

const volumes: Sample[] = ['bilinear', 'nearest'].flatMap((mode) =>
  ['zeros', 'border', 'reflection'].map((paddingMode, i) =>
    call(t([1, 2, 2, 3, 2]), grid(1, 2, 1, 3), { mode, paddingMode, alignCorners: i % 2 === 0 }),
  ),
);

/** Points on pixels, in the middle between two, and at the edges. */
const onPixels = v([-1, -1, 0, 0, 1, 1, 0.5, -0.5, -0.25, 1, 1, -1], { shape: [1, 2, 3, 2] });

const kinks: Sample[] = ['bilinear', 'nearest', 'bicubic'].flatMap((mode) =>
  ['zeros', 'border', 'reflection'].map((paddingMode) =>
    but(call(t([1, 1, 3, 5]), onPixels, { mode, paddingMode, alignCorners: true }), { smooth: false }),
  ),
);

const far = v([2.7, -3.3, 5.1, 0.1, -4.2, 9.7], { shape: [1, 1, 3, 2] });

type Names = 'interpolate' | 'gridSample' | 'affineGrid';

const interpolation: FunctionSamples = {
  dtypes: ALL,
  gradient: true,
  samples: [
    ...nearest(),
    ...nearest('nearest-exact'),
    ...floats([
      ...smooth('linear', [2, 1, 4], [3, [7]]),
      ...smooth('bilinear', [1, 2, 3, 4], [[2, 5], [6, 3], 1]),
      ...smooth('bicubic', [1, 1, 4, 3], [[3, 5], [6, 2], 1]),
      ...smooth('trilinear', [1, 1, 2, 3, 2], [[3, 2, 4], 1]),
      call(t([1, 2, 6]), { size: 3, mode: 'area' }),
      call(t([1, 1, 5, 4]), { size: [3, 2], mode: 'area' }),
      call(t([1, 1, 3, 4]), { scaleFactor: 1.7, mode: 'area' }),
      call(t([1, 1, 4, 2, 3]), { scaleFactor: [0.5, 1, 0.7], mode: 'area' }),
      ...['bilinear', 'bicubic'].flatMap((mode) => [
        call(t([1, 1, 7, 5]), { size: [3, 2], mode, antialias: true }),
        call(t([1, 1, 7, 5]), { size: [3, 8], mode, antialias: true, alignCorners: true }),
        call(t([1, 1, 6, 5]), { scaleFactor: 0.45, mode, antialias: true }),
        call(t([1, 1, 3, 2]), { scaleFactor: 2, mode, antialias: true }),
      ]),
      call(t([1, 2, 3, 4], { layout: 'transposed' }), { size: [2, 5], mode: 'bilinear' }),
      but(
        call(v([1, Infinity, 2, Number.NaN, 3, -1, 4, 5], { shape: [1, 1, 8] }), {
          size: 13,
          mode: 'linear',
        }),
        {
          smooth: false,
        },
      ),
    ]),
  ],
  errors: [
    refuse({}, /no clear size: got neither of size and scaleFactor, expected one/),
    refuse({ size: 2, scaleFactor: 2 }, /no clear size: got both of size and scaleFactor/),
    refuse({ size: [2, 2, 2] }, /invalid size: got \[2,2,2\], expected one above 0, or a list of 2/),
    refuse({ size: 0 }, /invalid size: got 0/),
    refuse({ scaleFactor: [2] }, /invalid scaleFactor: got \[2\]/),
    refuse({ scaleFactor: 0.1 }, /nothing is left: got scaleFactor 0.1 for \[1, 1, 4, 4\]/),
    refuse({ size: 2, alignCorners: true }, /alignCorners means nothing here: got it with 'nearest'/),
    refuse(
      { size: 2, mode: 'bilinear', recomputeScaleFactor: true },
      /recomputeScaleFactor means nothing here/,
    ),
    refuse({ size: 2, antialias: true }, /no antialiasing here: got it with 'nearest'/),
    refuse(
      { size: 2, mode: 'cubic' },
      /unknown mode: got 'cubic', expected one of nearest, nearest-exact, area/,
    ),
    {
      args: [image, { size: 2, mode: 'linear' }],
      error: 'ShapeError',
      message: /wrong rank: got \[1, 1, 4, 4\], expected \(N, C\) and 1 more for 'linear'/,
    },
    { args: [t([1, 4]), { size: 2 }], error: 'ShapeError', message: /wrong rank: got \[1, 4\]/ },
    {
      args: [t([1, 1, 0]), { size: 2 }],
      error: 'ShapeError',
      message: /an empty dimension: got \[1, 1, 0\]/,
    },
    {
      args: [image, { size: 2, mode: 'bilinear' }],
      dtype: 'int32',
      error: 'DTypeError',
      message: /not defined for integers in mode 'bilinear': got int32/,
    },
  ],
};

/** Resizing, sampling at points, and grids of points. */
export const resamplings: SamplesOf<Names> = {
  interpolate: interpolation,
  gridSample: {
    dtypes: FLOATS,
    gradient: true,
    // Points near a pixel's middle lose digits when they are moved to pixels.
    tolerance: { float32: { atol: 1e-5, rtol: 2e-5 }, float64: { atol: 1e-13, rtol: 1e-11 } },
    samples: [
      ...images,
      ...volumes,
      ...kinks,
      call(t([1, 1, 3, 2]), far, { paddingMode: 'reflection' }),
      call(t([1, 1, 3, 2]), far, { paddingMode: 'reflection', mode: 'bicubic', alignCorners: true }),
      call(t([1, 1, 1, 2]), grid(1, 1, 3), { paddingMode: 'reflection', alignCorners: true }),
      call(t([1, 2, 1, 1]), grid(1, 1, 2)),
      call(t([2, 1, 3, 4]), grid(2, 2, 2)),
      call(t([0, 1, 2, 2]), t([0, 2, 1, 2])),
      call(t([1, 1, 2, 2]), t([1, 0, 3, 2])),
      call(t([1, 2, 3, 4], { layout: 'transposed' }), t([1, 2, 2, 2], { layout: 'flipped' })),
      but(call(v([1, Infinity, 2, Number.NaN, 3, 4], { shape: [1, 1, 2, 3] }), grid(1, 2, 2)), {
        smooth: false,
      }),
    ],
    errors: [
      { args: [t([1, 3, 4]), t([1, 2, 1])], error: 'ShapeError', message: /not images: got \[1, 3, 4\]/ },
      {
        args: [t([1, 1, 0, 4]), t([1, 1, 1, 2])],
        error: 'ShapeError',
        message: /not images: got \[1, 1, 0, 4\]/,
      },
      {
        args: [t([2, 1, 3, 4]), t([1, 1, 1, 2])],
        error: 'ShapeError',
        message:
          /the grid does not fit: got \[1, 1, 1, 2\] for \[2, 1, 3, 4\], expected \[2, …, 2\] of 4 dimensions/,
      },
      { args: [t([1, 1, 3, 4]), t([1, 1, 1, 3])], error: 'ShapeError', message: /the grid does not fit/ },
      {
        args: [t([1, 1, 3, 4]), t([1, 1, 1, 2], { dtype: 'float64' })],
        error: 'DTypeError',
        message: /dtypes do not fit: got float32 with a grid of float64/,
      },
      {
        args: [t([1, 1, 3, 4, 2]), t([1, 1, 1, 1, 3]), { mode: 'bicubic' }],
        error: 'ArgumentError',
        message: /invalid mode: got 'bicubic', expected one of bilinear, nearest/,
      },
      {
        args: [t([1, 1, 3, 4]), t([1, 1, 1, 2]), { paddingMode: 'wrap' }],
        error: 'ArgumentError',
        message: /invalid paddingMode: got 'wrap', expected one of zeros, border, reflection/,
      },
    ],
  },
  affineGrid: {
    dtypes: FLOATS,
    gradient: true,
    samples: [
      call(t([2, 2, 3]), [2, 1, 3, 4]),
      call(t([2, 2, 3]), [2, 1, 3, 4], { alignCorners: true }),
      call(t([1, 2, 3]), [1, 3, 1, 2], { alignCorners: true }),
      call(t([1, 3, 4]), [1, 2, 2, 1, 3]),
      call(t([1, 3, 4]), [1, 2, 2, 1, 3], { alignCorners: true }),
      call(t([1, 2, 3], { layout: 'transposed' }), [1, 1, 2, 2]),
    ],
    errors: [
      {
        args: [t([2, 2, 3]), [1, 1, 3, 4]],
        error: 'ShapeError',
        message: /theta does not fit: got \[2, 2, 3\] for size \[1, 1, 3, 4\], expected \[1, 2, 3\]/,
      },
      { args: [t([1, 2, 3]), [1, 3, 4]], error: 'ArgumentError', message: /invalid size: got \[1, 3, 4\]/ },
      {
        args: [t([1, 2, 3]), [1, 1, 0, 4]],
        error: 'ArgumentError',
        message: /invalid size: got \[1, 1, 0, 4\]/,
      },
      {
        args: [t([1, 2, 3]), [1, 1, 2, 2]],
        dtype: 'int32',
        error: 'DTypeError',
        message: /not defined for integers: got int32/,
      },
    ],
  },
};
