import type { Reduction } from './reduction.ts';

/**
 * Σ g·x̂ and Σ g with x̂ = (x − mean)·rstd, the gradients of a normalisation's weight and bias: walks g and x, reads mean
 * and rstd once for each row or position. Words: the offsets of mean, rstd, and both results.
 */
export const projections = (of: 'row' | 'position'): Reduction => ({
  key: `projections by ${of}`,
  fields: { weight: 'f32', weightRest: 'f32', bias: 'f32', biasRest: 'f32' },
  inputs: ['f32', 'f32'],
  extras: ['f32', 'f32'],
  outputs: ['f32', 'f32'],
  known: { of, type: 'vec2<f32>' },
  rounded: true,
  text: (word) => ({
    nothing: 'State(0.0, 0.0, 0.0, 0.0)',
    known: `return vec2<f32>(in2[${word(0)} + at], in3[${word(1)} + at]);`,
    take: 'return State(s.weight + v0 * ((v1 - known.x) * known.y), s.weightRest, s.bias + v0, s.biasRest);',
    join: `let weight = a.weight + b.weight;
  let bias = a.bias + b.bias;
  return State(
    weight, a.weightRest + b.weightRest + lostBy(a.weight, b.weight, weight),
    bias, a.biasRest + b.biasRest + lostBy(a.bias, b.bias, bias),
  );`,
    store: `out[${word(2)} + row] = sumOf(s.weight, s.weightRest);
  out1[${word(3)} + row] = sumOf(s.bias, s.biasRest);`,
  }),
});
