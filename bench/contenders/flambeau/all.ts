import type { Works } from '../part.ts';
import { arrays } from './arrays.ts';
import { calls } from './calls.ts';
import { convolution } from './convolution.ts';
import { products } from './products.ts';
import { regression300 } from './regression.ts';
import { training } from './training.ts';

/** All of Flambeau's works. */
export const all: Works = {
  ...products,
  ...convolution,
  ...arrays,
  ...calls,
  regression300,
  ...training,
};
