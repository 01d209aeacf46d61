import type { AxisAttrs, Kernel } from '@flambeau/core/functional';
import type { NumberArray } from './gemm.ts';
import { eachLine } from './lines.ts';

function largest(values: NumberArray, at: number, n: number, step: number): number {
  let top = -Infinity;
  for (let i = 0; i < n; i++) top = Math.max(top, values[at + i * step]);
  return top;
}

/** exp(x − max) / Σ exp(x − max) along an axis. */
export const softmax: Kernel<AxisAttrs> = ([x], [y], { axis }) => {
  const from = x.block as NumberArray;
  const to = y.block as NumberArray;
  eachLine(x, axis, (start, n, step) => {
    const top = largest(from, x.offset + start, n, step);
    let total = 0;
    for (let i = 0; i < n; i++) {
      const e = Math.exp(from[x.offset + start + i * step] - top);
      to[y.offset + start + i * step] = e;
      total += e;
    }
    for (let i = 0; i < n; i++) to[y.offset + start + i * step] /= total;
  });
};

/** x − max − log Σ exp(x − max) along an axis. */
export const logSoftmax: Kernel<AxisAttrs> = ([x], [y], { axis }) => {
  const from = x.block as NumberArray;
  const to = y.block as NumberArray;
  eachLine(x, axis, (start, n, step) => {
    const top = largest(from, x.offset + start, n, step);
    let total = 0;
    for (let i = 0; i < n; i++) total += Math.exp(from[x.offset + start + i * step] - top);
    const shift = Math.log(total);
    for (let i = 0; i < n; i++)
      to[y.offset + start + i * step] = from[x.offset + start + i * step] - top - shift;
  });
};

/** g − exp(y)·Σg along an axis. */
export const logSoftmaxGrad: Kernel<AxisAttrs> = ([g, y], [dx], { axis }) => {
  const grad = g.block as NumberArray;
  const log = y.block as NumberArray;
  const out = dx.block as NumberArray;
  eachLine(y, axis, (start, n, step) => {
    let total = 0;
    for (let i = 0; i < n; i++) total += grad[g.offset + start + i * step];
    for (let i = 0; i < n; i++) {
      const e = start + i * step;
      out[dx.offset + e] = grad[g.offset + e] - Math.exp(log[y.offset + e]) * total;
    }
  });
};
