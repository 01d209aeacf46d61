import type { CtcAttrs, Fault, Kernel, Operand } from '@flambeau/core/functional';
import type { NumberArray } from './gemm.ts';

/** log(e^a + e^b + e^c). */
function logSum(a: number, b: number, c: number): number {
  const top = Math.max(a, b, c);
  if (top === -Infinity) return -Infinity;
  return top + Math.log(Math.exp(a - top) + Math.exp(b - top) + Math.exp(c - top));
}

/** A length as it is taken: at most what there is. */
const within = (lengths: Operand, i: number, most: number): number =>
  Math.min(Math.max((lengths.block as Int32Array)[lengths.offset + i], 0), most);

/** The classes of a sequence's states: blanks around and between its labels. The first label that is no class is a fault. */
function fillStates(
  states: Int32Array,
  labels: Operand,
  row: number,
  length: number,
  { blank, classes }: CtcAttrs,
): Fault | undefined {
  const own = labels.block as Int32Array;
  const start = row * labels.shape[1];
  states.fill(blank);
  for (let i = 0; i < length; i++) {
    const value = own[labels.offset + start + i];
    if (value < 0 || value >= classes) return { value, index: start + i };
    states[2 * i + 1] = value;
  }
  return undefined;
}

/** The log-probability of all beginnings of paths, step by step. */
export const ctcNll: Kernel<CtcAttrs> = ([logProbs, labels, inputs, targets], [loss, forward], attrs) => {
  const [t, n, c] = logProbs.shape;
  const size = forward.shape[2];
  const lp = logProbs.block as NumberArray;
  const alphas = forward.block as NumberArray;
  const losses = loss.block as NumberArray;
  const states = new Int32Array(size);
  let alpha = new Float64Array(size);
  let next = new Float64Array(size);
  for (let b = 0; b < n; b++) {
    const steps = within(inputs, b, t);
    const length = within(targets, b, labels.shape[1]);
    const fault = fillStates(states, labels, b, length, attrs);
    if (fault) return fault;
    const used = 2 * length + 1;
    for (let i = 0; i < t; i++) {
      const from = logProbs.offset + (i * n + b) * c;
      const to = forward.offset + (i * n + b) * size;
      next.fill(-Infinity);
      if (i < steps) {
        for (let s = 0; s < used; s++) {
          const stay = i === 0 ? (s < 2 ? 0 : -Infinity) : alpha[s];
          const step = i > 0 && s > 0 ? alpha[s - 1] : -Infinity;
          const jump = i > 0 && s > 1 && states[s] !== states[s - 2] ? alpha[s - 2] : -Infinity;
          next[s] = logSum(stay, step, jump) + lp[from + states[s]];
        }
      }
      for (let s = 0; s < size; s++) alphas[to + s] = next[s];
      if (i < steps) [alpha, next] = [next, alpha];
    }
    if (steps === 0) losses[loss.offset + b] = length === 0 ? 0 : Infinity;
    else
      losses[loss.offset + b] = -logSum(alpha[used - 1], length > 0 ? alpha[used - 2] : -Infinity, -Infinity);
  }
  return undefined;
};

/** exp(logProbs) less the probability that a path is at the class, times g: with the beginnings known, from the end. */
export const ctcNllGrad: Kernel<CtcAttrs> = (
  [g, logProbs, labels, inputs, targets, loss, forward],
  [dx],
  attrs,
) => {
  const [t, n, c] = logProbs.shape;
  const size = forward.shape[2];
  const lp = logProbs.block as NumberArray;
  const alphas = forward.block as NumberArray;
  const losses = loss.block as NumberArray;
  const slopes = g.block as NumberArray;
  const out = dx.block as NumberArray;
  out.fill(0, dx.offset, dx.offset + dx.size);
  const states = new Int32Array(size);
  const shares = new Float64Array(c);
  let beta = new Float64Array(size);
  let rest = new Float64Array(size);
  for (let b = 0; b < n; b++) {
    const steps = within(inputs, b, t);
    const length = within(targets, b, labels.shape[1]);
    if (fillStates(states, labels, b, length, attrs)) continue; // a fault of the loss, which is told there
    const used = 2 * length + 1;
    const slope = slopes[g.offset + b];
    const total = losses[loss.offset + b];
    for (let i = steps - 1; i >= 0; i--) {
      const from = logProbs.offset + (i * n + b) * c;
      const to = dx.offset + (i * n + b) * c;
      const at = forward.offset + (i * n + b) * size;
      if (total === Infinity) {
        if (!attrs.zeroInfinity) out.fill(Number.NaN, to, to + c);
        continue;
      }
      shares.fill(0);
      for (let s = 0; s < used; s++) {
        const step = s + 1 < used ? beta[s + 1] : -Infinity;
        const jump = s + 2 < used && states[s + 2] !== states[s] ? beta[s + 2] : -Infinity;
        const last = s >= used - 2 ? 0 : -Infinity;
        const after = i === steps - 1 ? last : logSum(beta[s], step, jump);
        const before = alphas[at + s];
        if (before !== -Infinity && after !== -Infinity)
          shares[states[s]] += Math.exp(before + after + total);
        rest[s] = after + lp[from + states[s]];
      }
      for (let k = 0; k < c; k++) out[to + k] = (Math.exp(lp[from + k]) - shares[k]) * slope;
      [beta, rest] = [rest, beta];
    }
  }
};
