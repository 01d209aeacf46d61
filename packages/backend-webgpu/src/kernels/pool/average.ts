import type { AvgPool2dAttrs, AvgPool2dGradAttrs, Kernel } from '@flambeau/core/functional';
import { elementwise, storage } from '../../shader/shader.ts';
import { bitsOf } from '../../words.ts';
import type { GpuContext } from '../context.ts';
import { run } from '../context.ts';
import { endingOf, storeText, withEnding } from '../ending.ts';
import type { WindowText } from './windows.ts';
import { windowText } from './windows.ts';

/**
 * The text of `divisorOf(at)`: what the sum of a window is divided by. Where ceil mode reaches beyond the padding, there is nothing
 * to count.
 */
function divisorText({ word }: WindowText, { countIncludePad, divisorOverride }: AvgPool2dAttrs): string {
  const counted = word(Number(countIncludePad));
  const given = word(bitsOf(divisorOverride ?? 0));
  return `fn divisorOf(at: vec2<i32>) -> f32 {
  let border = padding() * ${counted};
  let size = min(windowEnd(at), sourceSize() + border) - max(windowStart(at), -border);
  let divisor = bitcast<f32>(${given});
  return select(divisor, f32(size.x * size.y), divisor == 0.0);
}`;
}

/** Mean of each window. */
export function createAvgPool2d(context: GpuContext): Kernel<AvgPool2dAttrs> {
  return ([x], [y], attrs) => {
    if (y.size === 0) return;
    const windows = windowText(y.size, x.shape, y.shape, attrs, false);
    const { params, text, word } = windows;
    const divisor = divisorText(windows, attrs);
    const [from, to] = [x, y].map(({ offset }) => word(offset));
    const pipeline = context.pipelines.get('avgPool2d', () =>
      elementwise({
        name: 'avgPool2d',
        bindings: storage(['f32'], ['f32']),
        paramWords: params.words.length,
        code: `${storeText(to)}
${text}
${divisor}
fn element(i: i32) {
  let at = placeOf(i);
  let size = sourceSize();
  let first = max(windowStart(at.xy), vec2<i32>(0));
  let end = min(windowEnd(at.xy), size);
  var total = 0.0;
  for (var row = first.x; row < end.x; row++) {
    let line = ${from} + (at.z * size.x + row) * size.y;
    var part = 0.0;
    for (var column = first.y; column < end.y; column++) { part += in0[line + column]; }
    total += part;
  }
  store(i, select(0.0, total / divisorOf(at.xy), all(first < end)));
}`,
      }),
    );
    run(context, pipeline, { params, operands: [x, y] });
  };
}

/** Gradient of average pooling: every pixel adds its shares of the windows that it lies in. */
export function createAvgPool2dGrad(context: GpuContext): Kernel<AvgPool2dGradAttrs> {
  return withEnding(context, 2, ([g], [dx], attrs, kernelContext) => {
    if (dx.size === 0) return;
    const windows = windowText(dx.size, dx.shape, g.shape, attrs, true);
    const { params, text, word } = windows;
    const divisor = divisorText(windows, attrs);
    const [from, to] = [g, dx].map(({ offset }) => word(offset));
    const ending = endingOf(kernelContext, params, 1);
    const pipeline = context.pipelines.get(`avgPool2dGrad${ending.key}`, () =>
      elementwise({
        name: 'avgPool2dGrad',
        bindings: storage(['f32', ...ending.bindings], [ending.output]),
        paramWords: params.words.length,
        code: `${storeText(to, ending)}
${text}
${divisor}
fn element(i: i32) {
  let at = placeOf(i);
  let size = resultSize();
  let first = firstWindow(at.xy);
  let last = lastWindow(at.xy);
  var total = 0.0;
  for (var row = first.x; row <= last.x; row++) {
    let line = ${from} + (at.z * size.x + row) * size.y;
    var part = 0.0;
    for (var column = first.y; column <= last.y; column++) {
      part += in0[line + column] / divisorOf(vec2<i32>(row, column));
    }
    total += part;
  }
  store(i, total);
}`,
      }),
    );
    run(context, pipeline, { params, operands: [g, ...ending.operands, dx] });
  });
}
