import type { AxisAttrs, Fault, Kernel, LinearScanAttrs } from '@flambeau/core/functional';
import type { NumberArray } from './gemm.ts';
import { eachLine } from './lines.ts';

/** A running total in float64, rounded as it is stored. An integer outside of int32 is a fault. */
function running(start: number, step: (total: number, value: number) => number): Kernel<AxisAttrs> {
  return ([x], [y], { axis }) => {
    const from = x.block as NumberArray;
    const to = y.block as NumberArray;
    const whole = y.dtype === 'int32';
    let fault: Fault | undefined;
    eachLine(x, axis, (at, n, by) => {
      let total = start;
      for (let i = 0; i < n; i++) {
        const e = at + i * by;
        total = step(total, from[x.offset + e]);
        if (whole && total !== (total | 0)) fault ??= { value: total, index: e };
        to[y.offset + e] = total;
      }
    });
    return fault;
  };
}

/** x_0 + … + x_k. */
export const cumsum: Kernel<AxisAttrs> = /*#__PURE__*/ running(0, (total, value) => total + value);

/** x_0 · … · x_k. */
export const cumprod: Kernel<AxisAttrs> = /*#__PURE__*/ running(1, (total, value) => total * value);

/** log(e^x_0 + … + e^x_k). */
export const logcumsumexp: Kernel<AxisAttrs> = /*#__PURE__*/ running(-Infinity, (total, value) => {
  if (total === value) return total + Math.LN2;
  const top = Math.max(total, value);
  return top + Math.log1p(Math.exp(Math.min(total, value) - top));
});

/** The best element so far and its last position; NaN wins and stays. */
function runningBest(better: (value: number, best: number) => boolean): Kernel<AxisAttrs> {
  return ([x], [y, index], { axis }) => {
    const from = x.block as NumberArray;
    const to = y.block as NumberArray;
    const places = index.block as Int32Array;
    eachLine(x, axis, (at, n, by) => {
      let place = 0;
      let best = from[x.offset + at];
      for (let i = 0; i < n; i++) {
        const e = at + i * by;
        const value = from[x.offset + e];
        if (better(value, best) || Number.isNaN(value)) {
          best = value;
          place = i;
        }
        to[y.offset + e] = best;
        places[index.offset + e] = place;
      }
    });
  };
}

/** Running maxima. */
export const cummax: Kernel<AxisAttrs> = /*#__PURE__*/ runningBest((value, best) => value >= best);

/** Running minima. */
export const cummin: Kernel<AxisAttrs> = /*#__PURE__*/ runningBest((value, best) => value <= best);

/** y_k = a_k·y_{k−1} + b_k, or from the end. */
export const linearScan: Kernel<LinearScanAttrs> = ([a, b], [y], { axis, reverse }) => {
  const factors = a.block as NumberArray;
  const terms = b.block as NumberArray;
  const to = y.block as NumberArray;
  eachLine(y, axis, (at, n, by) => {
    let value = 0;
    for (let i = 0; i < n; i++) {
      const e = at + (reverse ? n - 1 - i : i) * by;
      value = i === 0 ? terms[b.offset + e] : factors[a.offset + e] * value + terms[b.offset + e];
      to[y.offset + e] = value;
    }
  });
};
