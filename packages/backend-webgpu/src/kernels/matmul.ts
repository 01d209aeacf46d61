import type { Kernel, NoAttrs } from '@flambeau/core/functional';
import { mergeLayouts } from '@flambeau/core/functional';
import { elementwise, storage } from '../shader/shader.ts';
import { locate, Params } from '../wgsl/layout.ts';
import type { GpuContext } from './context.ts';
import { run } from './context.ts';

/** Batched matrix product, one element at a time. Views are read in place. */
export function createMatmul(context: GpuContext): Kernel<NoAttrs> {
  return ([a, b], [y]) => {
    if (y.size === 0) return;
    const row = a.shape.length - 2;
    const [m, k] = a.shape.slice(row);
    const n = b.shape[row + 1];
    const batch = mergeLayouts({
      shape: a.shape.slice(0, row),
      strides: [a.strides.slice(0, row), b.strides.slice(0, row)],
    });
    const rank = batch.shape.length;
    const params = new Params(y.size);
    const sizes = params.add(m, k, n, y.offset);
    const steps = params.add(a.strides[row], a.strides[row + 1], b.strides[row], b.strides[row + 1]);
    const shape = params.add(...batch.shape);
    const left = params.add(a.offset, ...batch.strides[0]);
    const right = params.add(b.offset, ...batch.strides[1]);
    const pipeline = context.pipelines.get(`matmul ${rank}`, () =>
      elementwise({
        name: 'matmul',
        bindings: storage(['f32', 'f32'], ['f32']),
        paramWords: params.words.length,
        code: [
          locate('left', { rank, shape, walk: left }),
          locate('right', { rank, shape, walk: right }),
          `fn element(i: i32) {
  let m = param(${sizes}u);
  let n = param(${sizes + 2}u);
  let batch = i / (m * n);
  let a = left(batch) + ((i / n) % m) * param(${steps}u);
  let b = right(batch) + (i % n) * param(${steps + 3}u);
  var total = 0.0;
  for (var j = 0; j < param(${sizes + 1}u); j++) { total += in0[a + j * param(${steps + 1}u)] * in1[b + j * param(${steps + 2}u)]; }
  out[param(${sizes + 3}u) + i] = total;
}`,
        ].join('\n'),
      }),
    );
    run(context, pipeline, { params, operands: [a, b, y] });
  };
}
