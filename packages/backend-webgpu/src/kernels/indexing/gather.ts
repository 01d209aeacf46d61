import type { AxisAttrs, Kernel } from '@flambeau/core/functional';
import { elementwise, storage } from '../../shader/shader.ts';
import { locate, Params } from '../../wgsl/layout.ts';
import { wordType } from '../../words.ts';
import type { GpuContext } from '../context.ts';
import { runChecked } from '../context.ts';

/** y[…] = x at index along the axis. A position outside of it is reported, and read at the nearest end. */
export function createGather(context: GpuContext): Kernel<AxisAttrs> {
  return ([x, index], [y], { axis }, kernelContext) => {
    if (y.size === 0) return;
    const rank = index.shape.length;
    const type = wordType(x.dtype);
    const params = new Params(y.size);
    const shape = params.add(...index.shape);
    const source = params.add(x.offset, ...x.strides.map((stride, i) => (i === axis ? 0 : stride)));
    const positions = params.add(index.offset, ...index.strides);
    const line = params.add(x.shape[axis], x.strides[axis], y.offset);
    const pipeline = context.pipelines.get(`gather ${type} ${rank}`, () =>
      elementwise({
        name: `gather ${type}`,
        bindings: storage([type, 'i32'], [type]),
        paramWords: params.words.length + 1,
        checked: true,
        code: [
          locate('lineAt', { rank, shape, walk: source }),
          locate('indexAt', { rank, shape, walk: positions }),
          `fn faultyValue(i: i32) -> vec2<i32> { let value = in1[indexAt(i)]; return vec2<i32>(value, value >> 31u); }
fn element(i: i32) {
  let position = in1[indexAt(i)];
  let size = param(${line}u);
  if (position < 0 || position >= size) { report(i); }
  if (size > 0) { out[param(${line + 2}u) + i] = in0[lineAt(i) + clamp(position, 0, size - 1) * param(${line + 1}u)]; }
}`,
        ].join('\n'),
      }),
    );
    runChecked(context, pipeline, { params, operands: [x, index, y] }, kernelContext);
  };
}
