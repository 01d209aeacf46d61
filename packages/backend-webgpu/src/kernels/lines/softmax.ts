import type { AxisAttrs, Kernel, Operand } from '@flambeau/core/functional';
import type { GpuContext } from '../context.ts';
import type { LineKernel } from './lines.ts';
import { runLines } from './lines.ts';
import { linesAlong } from './plan.ts';

const softmax: LineKernel = {
  key: 'softmax',
  inputs: ['lines'],
  outputs: ['lines'],
  functions: ['exponential'],
  text: ({ walk, sums, largest, each, software }) => {
    const power = each('exponential', 'in0[a0 + at] - top');
    return `
  ${largest('top', 'in0[a0 + at]')}
  ${sums(['total'], software ? `let e = ${power}; out[b0 + at] = e; total += e;` : `total += ${power};`)}
  ${walk(`out[b0 + at] = ${software ? 'out[b0 + at]' : power} / total;`)}`;
  },
};

const logSoftmax: LineKernel = {
  key: 'logSoftmax',
  inputs: ['lines'],
  outputs: ['lines'],
  functions: ['exponential', 'logarithm'],
  text: ({ walk, sums, largest, each }) => `
  ${largest('top', 'in0[a0 + at]')}
  ${sums(['total'], `total += ${each('exponential', 'in0[a0 + at] - top')};`)}
  let down = ${each('logarithm', 'total')};
  ${walk('out[b0 + at] = in0[a0 + at] - top - down;')}`,
};

const logSoftmaxGrad: LineKernel = {
  key: 'logSoftmaxGrad',
  inputs: ['lines', 'lines'],
  outputs: ['lines'],
  functions: ['exponential'],
  text: ({ walk, sums, each }) => `
  ${sums(['total'], 'total += in0[a0 + at];')}
  ${walk(`out[b0 + at] = in0[a0 + at] - ${each('exponential', 'in1[a1 + at]')} * total;`)}`,
};

const along =
  (kernel: LineKernel) =>
  (context: GpuContext): Kernel<AxisAttrs> =>
  (inputs, outputs, { axis }) =>
    runLines(context, kernel, { lines: linesAlong(outputs[0] as Operand, axis), inputs, outputs });

/** exp(x − max) / Σ exp(x − max) along an axis. */
export const createSoftmax: (context: GpuContext) => Kernel<AxisAttrs> = along(softmax);

/** x − max − log Σ exp(x − max) along an axis. */
export const createLogSoftmax: (context: GpuContext) => Kernel<AxisAttrs> = along(logSoftmax);

/** g − exp(y)·Σg along an axis. */
export const createLogSoftmaxGrad: (context: GpuContext) => Kernel<AxisAttrs> = along(logSoftmaxGrad);
