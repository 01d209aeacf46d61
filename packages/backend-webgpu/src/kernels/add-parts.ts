import type { Block, KernelContext, Operand } from '@flambeau/core/functional';
import { elementwise, storage } from '../shader/shader.ts';
import { Params } from '../wgsl/layout.ts';
import type { GpuContext } from './context.ts';
import { run } from './context.ts';
import { endingOf, storeText } from './ending.ts';

/** Adds sums that stand one after another, as large as the result each: in their order, so that every run gives the same. */
export function addParts(
  context: GpuContext,
  parts: Block,
  count: number,
  result: Operand,
  kernelContext: KernelContext,
): void {
  const params = new Params(result.size);
  const [countAt, size, resultAt] = [count, result.size, result.offset].map((n) => params.add(n));
  const ending = endingOf(kernelContext, params, 1);
  const pipeline = context.pipelines.get(`addParts${ending.key}`, () =>
    elementwise({
      name: 'addParts',
      bindings: storage(['f32', ...ending.bindings], [ending.output]),
      paramWords: params.words.length,
      code: `${storeText(`param(${resultAt}u)`, ending)}
fn element(i: i32) {
  var total = 0.0;
  var at = i;
  for (var n = 0; n < param(${countAt}u); n += 16) {
    var part = 0.0;
    for (var k = n; k < min(n + 16, param(${countAt}u)); k++) {
      part += in0[at];
      at += param(${size}u);
    }
    total += part;
  }
  store(i, total);
}`,
    }),
  );
  run(context, pipeline, { params, operands: [{ block: parts }, ...ending.operands, result] });
}
