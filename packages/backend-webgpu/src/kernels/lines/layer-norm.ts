import type { Kernel, LayerNormAttrs, Operand } from '@flambeau/core/functional';
import { sizeOf } from '@flambeau/core/functional';
import type { GpuContext } from '../context.ts';
import { projections } from '../reduce/projections.ts';
import { reduce } from '../reduce/reduce.ts';
import type { LineKernel } from './lines.ts';
import { runLines } from './lines.ts';
import type { Lines } from './plan.ts';

const forward = (weighted: boolean): LineKernel => ({
  key: `layerNorm ${weighted}`,
  inputs: weighted ? ['lines', 'shared', 'shared'] : ['lines'],
  outputs: ['lines', 'value', 'value'],
  text: ({ walk, sums, number, once }) => `
  ${sums(['total'], 'total += in0[a0 + at];')}
  let mean = total / length;
  ${sums(['spread'], 'let d = in0[a0 + at] - mean; spread += d * d;')}
  let scale = 1.0 / sqrt(spread / length + V(${number(0)}));
  ${walk(`out[b0 + at] = (in0[a0 + at] - mean) * scale${weighted ? ' * in1[a1 + k] + in2[a2 + k]' : ''};`)}
  ${once('out1[b1] = vec4<f32>(mean).x; out2[b2] = vec4<f32>(scale).x;')}`,
});

const backward = (weighted: boolean): LineKernel => {
  const upstream = weighted ? 'let d = in0[a0 + at] * in4[a4 + k];' : 'let d = in0[a0 + at];';
  const normalized = 'let normalized = (in1[a1 + at] - mean) * scale;';
  return {
    key: `layerNormGrad ${weighted}`,
    inputs: ['lines', 'lines', 'value', 'value', ...(weighted ? (['shared'] as const) : [])],
    outputs: ['lines'],
    text: ({ walk, sums }) => `
  let mean = in2[a2];
  let scale = in3[a3];
  ${sums(['total', 'projected'], `${upstream} ${normalized} total += d; projected += d * normalized;`)}
  let shift = total / length;
  let slope = projected / length;
  ${walk(`${upstream} ${normalized} out[b0 + at] = (d - shift - normalized * slope) * scale;`)}`,
  };
};

const parameters = /*#__PURE__*/ projections('position');

const linesOf = (x: Operand, count: number): Lines => {
  const length = sizeOf(x.shape.slice(x.shape.length - count));
  return { count: sizeOf(x.shape.slice(0, x.shape.length - count)), length, step: 1 };
};

/** (x − mean)·rstd·weight + bias of every line, with its mean and biased variance in two passes. */
export function createLayerNorm(context: GpuContext): Kernel<LayerNormAttrs> {
  const [weighted, plain] = [forward(true), forward(false)];
  return (inputs, outputs, { count, eps }) => {
    const lines = linesOf(inputs[0] as Operand, count);
    runLines(context, inputs.length > 1 ? weighted : plain, { lines, inputs, outputs, numbers: [eps] });
  };
}

/** dx = rstd·(d − mean d − x̂·mean d·x̂) with d = g·weight; dweight = Σ g·x̂ and dbias = Σ g over the lines. */
export function createLayerNormGrad(context: GpuContext): Kernel<LayerNormAttrs> {
  const [weighted, plain] = [backward(true), backward(false)];
  return (inputs, [dx, dweight, dbias], { count }, kernelContext) => {
    const [g, x, mean, rstd] = inputs as [Operand, Operand, Operand, Operand];
    const lines = linesOf(x, count);
    runLines(context, dweight ? weighted : plain, { lines, inputs, outputs: [dx as Operand] });
    if (!dweight || !dbias) return;
    const problem = {
      kept: { shape: [lines.length], strides: [1] },
      reduced: { shape: [lines.count], strides: [lines.length] },
      rows: lines.length,
      length: lines.count,
      aligned: g.offset % 4 === 0 && x.offset % 4 === 0,
    };
    const words = [mean.offset, rstd.offset, dweight.offset, dbias.offset];
    const what = { problem, inputs: [g, x], extras: [mean, rstd], outputs: [dweight, dbias], words };
    reduce(context, parameters, what, kernelContext);
  };
}
