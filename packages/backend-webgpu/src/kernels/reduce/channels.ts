import type { Kernel, NoAttrs, Operand } from '@flambeau/core/functional';
import { sizeOf } from '@flambeau/core/functional';
import { bitsOf } from '../../words.ts';
import type { GpuContext } from '../context.ts';
import type { LineKernel } from '../lines/lines.ts';
import { runLines } from '../lines/lines.ts';
import type { Problem } from './plan.ts';
import { problemOf } from './plan.ts';
import { projections } from './projections.ts';
import { reduce } from './reduce.ts';
import type { Reduction } from './reduction.ts';
import { sumOfFloats } from './sum.ts';

const mean: Reduction = {
  ...sumOfFloats,
  key: 'channelStats mean',
  text: (word) => ({
    ...sumOfFloats.text(word),
    store: `out[${word(1)} + row] = sumOf(s.total, s.rest) / bitcast<f32>(${word(0)});`,
  }),
};

const variance: Reduction = {
  ...mean,
  key: 'channelStats variance',
  extras: ['f32'],
  known: { of: 'row', type: 'f32' },
  text: (word) => ({
    ...mean.text(word),
    known: `return in1[${word(2)} + at];`,
    take: 'let d = v0 - known; return State(s.total + d * d, s.rest);',
  }),
};

const parameters = /*#__PURE__*/ projections('row');

/** dx from what was summed: the operands of a channel are g, x, mean, rstd, weight, dweight and dbias. */
const inputGrad: LineKernel = {
  key: 'batchNormGrad',
  inputs: ['lines', 'lines', 'repeated', 'repeated', 'repeated', 'repeated', 'repeated'],
  outputs: ['lines'],
  text: ({ walk, number }) => `
  let mean = in2[a2];
  let rstd = in3[a3];
  let factor = in4[a4] * rstd;
  let slope = in5[a5] * rstd / ${number(0)};
  let shift = in6[a6] / ${number(0)};
  ${walk('out[b0 + at] = factor * (in0[a0 + at] - shift - (in1[a1 + at] - mean) * slope);')}`,
};

/** The channels of contiguous (N, C, …) tensors. */
function channelsOf(x: Operand, others: readonly Operand[] = []): Problem {
  const [images, channels] = x.shape as readonly [number, number];
  const plane = sizeOf(x.shape.slice(2));
  const turned = {
    ...x,
    shape: [channels, images, plane],
    strides: [plane, channels * plane, 1],
  };
  const problem = problemOf(turned, 2);
  return { ...problem, aligned: [x, ...others].every(({ offset }) => offset % 4 === 0) };
}

/** Mean and biased variance of every channel, in two passes. */
export function createChannelStats(context: GpuContext): Kernel<NoAttrs> {
  return ([x], outputs, _attrs, kernelContext) => {
    const [from, average, spread] = [x, ...outputs] as [Operand, Operand, Operand];
    const problem = channelsOf(from);
    const count = bitsOf(problem.length);
    const first = { problem, inputs: [from], outputs: [average], words: [count, average.offset] };
    reduce(context, mean, first, kernelContext);
    const second = {
      problem,
      inputs: [from],
      extras: [average],
      outputs: [spread],
      words: [count, spread.offset, average.offset],
    };
    reduce(context, variance, second, kernelContext);
  };
}

/** dbias = Σg, dweight = Σg·x̂, dx = weight·rstd·(g − dbias/m − x̂·dweight/m) with x̂ = (x − mean)·rstd. */
export function createBatchNormGrad(context: GpuContext): Kernel<{ readonly eps: number }> {
  return (inputs, outputs, _attrs, kernelContext) => {
    const [g, x, average, rstd] = inputs as [Operand, Operand, Operand, Operand];
    const [dx, dweight, dbias] = outputs as [Operand, Operand, Operand];
    const problem = channelsOf(x, [g]);
    const words = [average, rstd, dweight, dbias].map(({ offset }) => offset);
    const what = {
      problem,
      inputs: [g, x],
      extras: [average, rstd],
      outputs: [dweight, dbias],
      words,
    };
    reduce(context, parameters, what, kernelContext);
    const channels = x.shape[1] as number;
    const length = sizeOf(x.shape.slice(2));
    runLines(context, inputGrad, {
      lines: { count: length === 0 ? 0 : x.size / length, length, step: 1 },
      inputs: [...inputs, dweight, dbias],
      outputs: [dx],
      numbers: [problem.length],
      period: channels,
    });
  };
}
