import type { Block, Operand } from '@flambeau/core/functional';
import { elementwise, storage } from '../../shader/shader.ts';
import { Params } from '../../wgsl/layout.ts';
import type { GpuContext } from '../context.ts';
import { run } from '../context.ts';
import { storeText } from '../ending.ts';

/** Adds sums that stand one after another, as large as the result each: in their order, so that every run gives the same. */
export function addParts(context: GpuContext, parts: Block, count: number, result: Operand): void {
  const params = new Params(result.size);
  const [countAt, size, resultAt] = [count, result.size, result.offset].map((n) => params.add(n));
  const pipeline = context.pipelines.get('addParts', () =>
    elementwise({
      name: 'addParts',
      bindings: storage(['f32'], ['f32']),
      paramWords: params.words.length,
      code: `${storeText(`param(${resultAt}u)`)}
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
  run(context, pipeline, { params, operands: [{ block: parts }, result] });
}
