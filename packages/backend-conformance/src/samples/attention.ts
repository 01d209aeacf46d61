import type { ErrorSample, FunctionSamples, Sample, SamplesOf } from './spec.ts';
import { bools, but, call, FLOATS, t, v } from './spec.ts';

const NAN = Number.NaN;

/** What every dropout has in common: nothing to do, everything to drop, and a mask. */
const drops = (...shapes: readonly (readonly number[])[]): Sample[] => [
  ...shapes.map((shape) => call(t(shape), 0.4, { training: true })),
  call(t(shapes[0] as readonly number[]), 0.3, { training: false }),
  call(t(shapes[0] as readonly number[]), 0, { training: true }),
  call(t(shapes[0] as readonly number[]), 1, { training: true }),
  call(t(shapes[0] as readonly number[])),
  call(t(shapes[0] as readonly number[], { layout: 'transposed' }), 0.6, { training: true }),
];

const dropErrors = (
  shape: readonly number[],
  wrong?: readonly number[],
  stricter?: string,
): ErrorSample[] => [
  {
    args: [t(shape), 1.5],
    error: 'ArgumentError',
    message: /not a probability: got 1.5, expected 0 ≤ p ≤ 1/,
  },
  { args: [t(shape), -0.1], error: 'ArgumentError', message: /not a probability: got -0.1/ },
  {
    args: [t(shape), 0.5, { training: true }],
    dtype: 'int32',
    error: 'DTypeError',
    message: /not defined for integers: got int32/,
  },
  ...(wrong
    ? [
        {
          args: [t(wrong), 0.5, { training: true }],
          error: 'ShapeError',
          message: /wrong rank: got \[/,
          ...(stricter && { stricter }),
        },
      ]
    : []),
];

const dropout = (samples: readonly Sample[], errors: readonly ErrorSample[]): FunctionSamples => ({
  dtypes: FLOATS,
  gradient: true,
  samples,
  errors,
});

const atSpecials = but(call(v([NAN, Infinity, -Infinity, 0, 1]), 0.5, { training: true }), { smooth: false });
const nanDropped = but(call(v([NAN, 1]), 1, { training: true }), { smooth: false });

type Names =
  | 'scaledDotProductAttention'
  | 'dropout'
  | 'alphaDropout'
  | 'featureAlphaDropout'
  | `dropout${'1d' | '2d' | '3d'}`;

const qkv = (l: number, s: number, e: number, lead: readonly number[] = []): ReturnType<typeof t>[] => [
  t([...lead, l, e]),
  t([...lead, s, e]),
  t([...lead, s, e]),
];

const NO = -Infinity;

/** Attention and dropout. */
export const attentions: SamplesOf<Names> = {
  scaledDotProductAttention: {
    dtypes: FLOATS,
    gradient: true,
    tolerance: { float32: { atol: 2e-6, rtol: 2e-5 }, float64: { atol: 1e-13, rtol: 1e-11 } },
    samples: [
      call(...qkv(3, 3, 2)),
      call(t([2, 3, 4]), t([2, 2, 4]), t([2, 2, 3])),
      call(t([2, 1, 2, 3]), t([2, 2, 3]), t([1, 2, 2, 1])),
      call(...qkv(3, 3, 2), { isCausal: true }),
      call(...qkv(4, 2, 2), { isCausal: true }),
      call(...qkv(2, 4, 2), { isCausal: true, scale: 0.3 }),
      call(...qkv(2, 3, 2, [2]), { attnMask: bools([1, 0, 1, 1, 1, 0], [2, 3]) }),
      call(...qkv(2, 3, 2, [2]), { attnMask: bools([1, 0, 1], [1, 3]) }),
      call(...qkv(2, 3, 2, [2]), { attnMask: t([2, 2, 3]) }),
      call(...qkv(2, 2, 2), { attnMask: v([0, NO, 1.5, 0.25], { shape: [2, 2], gradient: false }) }),
      call(...qkv(3, 2, 2), { attnMask: bools([0, 0, 1, 0, 1, 1], [3, 2]) }),
      call(...qkv(2, 2, 2), { attnMask: v([NO, NO, 0, NO], { shape: [2, 2], gradient: false }) }),
      call(...qkv(3, 4, 2, [2]), { dropoutP: 0.4 }),
      call(...qkv(2, 3, 2), { dropoutP: 1 }),
      call(t([4, 2, 3]), t([2, 3, 3]), t([2, 3, 2]), { enableGqa: true }),
      call(t([2, 2, 2, 1]), t([2, 1, 2, 1]), t([2, 1, 2, 2]), { enableGqa: true, isCausal: true }),
      call(t([0, 2, 3]), t([0, 2, 3]), t([0, 2, 3])),
      call(t([2, 3]), t([0, 3]), t([0, 2])),
      call(
        t([3, 4], { layout: 'transposed' }),
        t([2, 4], { layout: 'stepped' }),
        t([2, 3], { layout: 'flipped' }),
      ),
    ],
    errors: [
      {
        args: [t([2]), t([2, 2]), t([2, 2])],
        error: 'ShapeError',
        message: /shapes do not fit: got query \[2\], key \[2, 2\] and value \[2, 2\], expected \(…, L, E\)/,
      },
      { args: [t([2, 3]), t([2, 2]), t([2, 2])], error: 'ShapeError', message: /shapes do not fit/ },
      { args: [t([2, 3]), t([2, 3]), t([3, 3])], error: 'ShapeError', message: /shapes do not fit/ },
      {
        args: [...qkv(2, 2, 2), { isCausal: true, attnMask: bools([1, 1, 1, 1], [2, 2]) }],
        error: 'ArgumentError',
        message: /two masks: got attnMask and isCausal, expected one of them/,
      },
      {
        args: [...qkv(2, 2, 2), { attnMask: bools([1, 1, 1], [3]) }],
        error: 'ShapeError',
        message: /shapes do not broadcast: got \[3\] and \[2, 2\]/,
      },
      {
        args: [...qkv(2, 1, 2), { attnMask: bools([1, 1, 1], [3]) }],
        error: 'ShapeError',
        message: /the mask does not fit: got \[3\], expected a shape that broadcasts to \[2, 1\]/,
      },
      {
        args: [...qkv(2, 2, 2), { attnMask: bools([1], [3, 2, 2]) }],
        error: 'ShapeError',
        message: /the mask does not fit: got \[3, 2, 2\], expected a shape that broadcasts to \[2, 2\]/,
      },
      {
        args: [...qkv(2, 2, 2), { attnMask: t([2, 2], { dtype: 'int32' }) }],
        error: 'DTypeError',
        message: /the mask does not fit: got int32, expected bool or float32/,
      },
      {
        args: [t([3, 2, 2]), t([2, 2, 2]), t([2, 2, 2]), { enableGqa: true }],
        error: 'ShapeError',
        message: /the heads do not fit: got 3 of the query, 2 of the key and 2 of the value/,
      },
      {
        args: [...qkv(2, 2, 2), { dropoutP: 2 }],
        error: 'ArgumentError',
        message: /not a probability: got 2/,
      },
      {
        args: qkv(2, 2, 2),
        dtype: 'int32',
        error: 'DTypeError',
        message: /dtypes do not fit: got int32, int32 and int32, expected the same float dtype/,
      },
    ],
  },
  dropout: dropout([...drops([3, 4], [], [7], [0, 2]), atSpecials, nanDropped], dropErrors([3])),
  alphaDropout: dropout([...drops([3, 4], [], [7], [0, 2]), atSpecials, nanDropped], dropErrors([3])),
  featureAlphaDropout: dropout(
    [...drops([2, 3, 2], [4, 3], [2, 2, 2, 2], [0, 2]), call(t([3]), 0.5)],
    [
      ...dropErrors([3, 2]),
      {
        args: [t([3]), 0.5, { training: true }],
        error: 'ShapeError',
        message: /wrong rank: got \[3\], expected \(N, C, …\)/,
      },
    ],
  ),
  dropout1d: dropout(drops([2, 3, 2], [4, 3], [0, 2, 1]), dropErrors([3, 2], [3])),
  dropout2d: dropout(
    drops([2, 3, 2, 1], [2, 3, 2], [0, 2, 1, 1]),
    dropErrors([3, 2, 2], [3, 2], 'PyTorch only warns'),
  ),
  dropout3d: dropout(
    drops([2, 2, 2, 1, 2], [3, 2, 1, 2], [0, 2, 1, 1, 1]),
    dropErrors([3, 2, 2, 2], [3, 2, 2], 'PyTorch only warns'),
  ),
};
