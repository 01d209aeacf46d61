import { atPairs, atSpecials, binaryShapes, unaryShapes } from './common.ts';
import { binary, loose, moderate, open, positive, unary, wide } from './math-common.ts';
import type { SamplesOf } from './spec.ts';
import { but, call, FLOATS, t, v } from './spec.ts';

type Names =
  | 'digamma'
  | 'erf'
  | 'erfc'
  | 'erfinv'
  | 'lgamma'
  | 'logaddexp'
  | 'logaddexp2'
  | 'logit'
  | 'polygamma'
  | 'sinc'
  | 'xlogy';

/** The error function, the gamma function, and what is made of logarithms. */
export const specials: SamplesOf<Names> = {
  digamma: unary({ low: 0.2, high: 6 }, { tolerance: loose }, moderate),
  erf: unary(wide),
  erfc: unary(wide, { tolerance: loose }),
  erfinv: unary(open, { tolerance: loose }),
  lgamma: unary({ low: 0.2, high: 6 }, { tolerance: loose }, moderate),
  logaddexp: { ...binary(wide, { tolerance: loose }), samples: [...binaryShapes(wide), atPairs()] },
  logaddexp2: { ...binary(wide, { tolerance: loose }), samples: [...binaryShapes(wide), atPairs()] },
  logit: {
    dtypes: FLOATS,
    gradient: true,
    tolerance: loose,
    samples: [
      ...unaryShapes({ low: 0.05, high: 0.95 }),
      atSpecials([0, 1, 0.5, -0.5, 1.5, Number.NaN]),
      call(t([5], { low: 0.2, high: 0.8 }), 0.1),
      but(call(v([-1, 0.05, 0.5, 0.99, 2]), 0.1), { smooth: false }),
    ],
  },
  polygamma: {
    dtypes: FLOATS,
    gradient: true,
    tolerance: { float32: { atol: 1e-5, rtol: 3e-5 }, float64: { atol: 1e-12, rtol: 1e-11 } },
    samples: [0, 1, 2, 3].flatMap((n) => [
      call(n, t([7], { low: 0.3, high: 6 })),
      call(n, t([3, 2], { low: 0.3, high: 20, layout: 'transposed' })),
      call(n, t([], { low: 1, high: 2 })),
      call(n, t([0])),
      but(call(n, v([0, 1, 0.5, -0.5, -1.5, -0.3, -2.7, -3, Infinity, Number.NaN])), {
        smooth: false,
        // Near −½ the fourth derivative is a difference of terms of 800.
        tolerance: { float32: { atol: 5e-4, rtol: 3e-5 } },
      }),
    ]),
    errors: [{ args: [-1, t([2])], error: 'ArgumentError', message: /invalid order: got -1/ }],
  },
  sinc: unary(
    wide,
    { tolerance: loose },
    moderate.filter((x) => Math.abs(x) !== 1e-8),
  ),
  xlogy: {
    ...binary(positive),
    samples: [...binaryShapes(positive), atPairs(), call(t([3], positive), 2), call(2, t([3], positive))],
  },
};
