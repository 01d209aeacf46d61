import type { ClassNllAttrs, Kernel, KernelContext, Operand } from '@flambeau/core/functional';
import { elementwise, storage } from '../../shader/shader.ts';
import { Params } from '../../wgsl/layout.ts';
import type { GpuContext } from '../context.ts';
import { runChecked } from '../context.ts';
import type { LineKernel } from './lines.ts';
import { runLines } from './lines.ts';
import { linesAlong } from './plan.ts';

/** A label that does not count becomes −1 here, which no class is. */
const LABEL = (operand: number, ignored: string): string =>
  `let given = in${operand}[a${operand}];
  let label = select(given, -1, given == ${ignored});`;

const forward: LineKernel = {
  key: 'softmaxNll',
  inputs: ['lines', 'integer'],
  outputs: ['value', 'value', 'value'],
  functions: ['exponential', 'logarithm'],
  text: ({ sums, largest, each, single, once, integer }) => `
  ${LABEL(1, integer(0))}
  ${largest('top', 'in0[a0 + at]')}
  ${sums(['total'], `total += ${each('exponential', 'in0[a0 + at] - top')};`)}
  ${once(`let highest = vec4<f32>(top).x;
    let log_total = logarithm(vec4<f32>(total).x);
    let classes = ${integer(1)};
    if (label >= 0 && label < classes) { out[b0] = log_total - (${single(0, 'label')} - highest); }
    else { out[b0] = 0.0; }
    out1[b1] = highest;
    out2[b2] = log_total;`)}`,
};

const backward: LineKernel = {
  key: 'softmaxNllGrad',
  inputs: ['value', 'lines', 'integer', 'value', 'value'],
  outputs: ['lines'],
  functions: ['exponential'],
  text: ({ walk, each, isAt, integer }) => `
  ${LABEL(2, integer(0))}
  let scale = in0[a0];
  let top = in3[a3];
  let log_total = in4[a4];
  ${walk(`let share = ${each('exponential', 'in1[a1 + at] - top - log_total')};
    out[b0 + at] = select((share - select(V(0.0), V(1.0), ${isAt('label')})) * scale, V(0.0), label < 0);`)}`,
};

/** Reports the first label that is no class. */
function check(
  context: GpuContext,
  labels: Operand,
  { classes, ignoreIndex }: ClassNllAttrs,
  kernelContext: KernelContext,
): void {
  const params = new Params(labels.size);
  params.add(labels.offset, classes, ignoreIndex);
  const pipeline = context.pipelines.get('softmaxNll check', () =>
    elementwise({
      name: 'softmaxNll check',
      bindings: storage(['i32'], []),
      paramWords: params.words.length + 1,
      checked: true,
      code: `fn faultyValue(i: i32) -> vec2<i32> { let value = in0[param(2u) + i]; return vec2<i32>(value, value >> 31u); }
fn element(i: i32) {
  let label = in0[param(2u) + i];
  if (label != param(4u) && (label < 0 || label >= param(3u))) { report(i); }
}`,
    }),
  );
  runChecked(context, pipeline, { params, operands: [labels] }, kernelContext);
}

/** −log softmax(x) at each row's label, with the row's largest element and log Σ exp(x − top). */
export function createSoftmaxNll(context: GpuContext): Kernel<ClassNllAttrs> {
  return (inputs, outputs, attrs, kernelContext) => {
    const [x, labels] = inputs as [Operand, Operand];
    check(context, labels, attrs, kernelContext);
    const integers = [attrs.ignoreIndex, attrs.classes];
    runLines(context, forward, { lines: linesAlong(x, 1), inputs, outputs, integers });
  };
}

/** g·(softmax(x) − 1 at the label), and 0 for rows that do not count. */
export function createSoftmaxNllGrad(context: GpuContext): Kernel<ClassNllAttrs> {
  return (inputs, outputs, { ignoreIndex }) => {
    const lines = linesAlong(inputs[1] as Operand, 1);
    runLines(context, backward, { lines, inputs, outputs, integers: [ignoreIndex] });
  };
}
