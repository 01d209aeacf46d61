import { atIntegers, atSpecials, binaryShapes, large, unaryShapes } from './common.ts';
import type { SamplesOf } from './spec.ts';
import { ALL, but, call, FLOATS, NUMBERS, t, v } from './spec.ts';

const positive = { low: 0.1, high: 3 };
const signed = { signedZeros: true };

type Names =
  | 'exp'
  | 'expm1'
  | 'log'
  | 'log1p'
  | 'sqrt'
  | 'rsqrt'
  | 'sin'
  | 'cos'
  | 'tanh'
  | 'sigmoid'
  | 'relu'
  | 'leakyRelu';

/** Exponentials, roots, trigonometry, activations. */
export const functions: SamplesOf<Names> = {
  exp: { dtypes: ALL, gradient: true, samples: [...unaryShapes(), atSpecials(), atIntegers(), call(large)] },
  expm1: {
    dtypes: ALL,
    gradient: true,
    samples: [...unaryShapes(), but(atSpecials(), signed), atIntegers(), call(v([1e-4, -1e-6, 1e-12]))],
  },
  log: { dtypes: ALL, gradient: true, samples: [...unaryShapes(positive), atSpecials(), atIntegers()] },
  log1p: {
    dtypes: ALL,
    gradient: true,
    samples: [
      ...unaryShapes({ low: -0.9, high: 3 }),
      but(atSpecials(), signed),
      atIntegers(),
      call(v([1e-4, 1e-6, 1e-12])),
    ],
  },
  sqrt: {
    dtypes: ALL,
    gradient: true,
    samples: [...unaryShapes(positive), but(atSpecials(), signed), atIntegers()],
  },
  rsqrt: { dtypes: ALL, gradient: true, samples: [...unaryShapes(positive), atSpecials(), atIntegers()] },
  sin: {
    dtypes: ALL,
    gradient: true,
    samples: [...unaryShapes({ low: -7, high: 7 }), but(atSpecials(), signed), atIntegers()],
  },
  cos: {
    dtypes: ALL,
    gradient: true,
    samples: [...unaryShapes({ low: -7, high: 7 }), atSpecials(), atIntegers()],
  },
  tanh: { dtypes: ALL, gradient: true, samples: [...unaryShapes(), but(atSpecials(), signed), atIntegers()] },
  sigmoid: { dtypes: ALL, gradient: true, samples: [...unaryShapes(), atSpecials(), atIntegers()] },
  relu: { dtypes: NUMBERS, gradient: true, samples: [...unaryShapes(), atSpecials(), atIntegers()] },
  leakyRelu: {
    dtypes: FLOATS,
    gradient: true,
    samples: [
      ...unaryShapes({}, 0.01),
      atSpecials(undefined, 0.01),
      atSpecials(undefined, 0),
      call(t([4]), -0.5),
      ...binaryShapes({}, { low: 0.1, high: 0.5, gradient: false }).slice(0, 2),
    ],
  },
};
