import type { AxisAttrs, ClassNllAttrs, Fault, Kernel } from '@flambeau/core/functional';
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

/** top + log Σ exp(x − top) − x at the label of each row; top and the logarithm, too. A label that is no class is a fault. */
export const softmaxNll: Kernel<ClassNllAttrs> = (
  [x, labels],
  [losses, top, logTotal],
  { classes, ignoreIndex },
) => {
  const from = x.block as NumberArray;
  const label = labels.block as Int32Array;
  let fault: Fault | undefined;
  for (let row = 0; row < labels.size; row++) {
    const at = x.offset + row * classes;
    const largestOfRow = largest(from, at, classes, 1);
    let total = 0;
    for (let i = 0; i < classes; i++) total += Math.exp(from[at + i] - largestOfRow);
    const own = label[labels.offset + row];
    const counts = own !== ignoreIndex;
    if (counts && !(own >= 0 && own < classes)) fault ??= { value: own, index: row };
    const logOfTotal = Math.log(total);
    (top.block as NumberArray)[top.offset + row] = largestOfRow;
    (logTotal.block as NumberArray)[logTotal.offset + row] = logOfTotal;
    (losses.block as NumberArray)[losses.offset + row] = counts
      ? logOfTotal - (from[at + own] - largestOfRow)
      : 0;
  }
  return fault;
};

/** g·(exp(x − top − logTotal) − 1 at the label) of each row, with g = 0 where the label is ignored. */
export const softmaxNllGrad: Kernel<ClassNllAttrs> = (
  [g, x, labels, top, logTotal],
  [dx],
  { classes, ignoreIndex },
) => {
  const from = x.block as NumberArray;
  const out = dx.block as NumberArray;
  for (let row = 0; row < labels.size; row++) {
    const [at, to] = [x.offset + row * classes, dx.offset + row * classes];
    const own = (labels.block as Int32Array)[labels.offset + row];
    const scale = own === ignoreIndex ? 0 : (g.block as NumberArray)[g.offset + row];
    const largestOfRow = (top.block as NumberArray)[top.offset + row];
    const logOfTotal = (logTotal.block as NumberArray)[logTotal.offset + row];
    for (let i = 0; i < classes; i++) {
      const share = Math.exp(from[at + i] - largestOfRow - logOfTotal) * scale;
      out[to + i] = i === own ? share - scale : share;
    }
  }
};
