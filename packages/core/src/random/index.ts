export type { FloatArray } from './arrays.ts';
export { fillBernoulli, fillBernoulliFrom } from './bernoulli.ts';
export { fillExponential } from './exponential.ts';
export { fillRandint, fillRandom, fillRandperm } from './integers.ts';
export { DEFAULT_SEED, type Generator, Mt19937, normalizeSeed, seedWords } from './mt19937.ts';
export { drawMultinomial, type MultinomialOptions } from './multinomial.ts';
export { fillNormal } from './normal.ts';
export { fillThreefryUniform, threefry2x32, type WordPair } from './threefry.ts';
export { fillUniform } from './uniform.ts';
