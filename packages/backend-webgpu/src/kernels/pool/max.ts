import type { Kernel, MaxPool2dGradAttrs, Pool2dAttrs } from '@flambeau/core/functional';
import { elementwise, storage } from '../../shader/shader.ts';
import { prelude } from '../../wgsl/functions.ts';
import type { GpuContext } from '../context.ts';
import { run } from '../context.ts';
import { endingOf, storeText, withEnding } from '../ending.ts';
import { windowText } from './windows.ts';

/** Largest value of each window and its place in the plane: the first of equal ones, the last NaN. */
export function createMaxPool2d(context: GpuContext): Kernel<Pool2dAttrs> {
  return ([x], [y, index], attrs) => {
    if (y.size === 0) return;
    const { params, text, word } = windowText(y.size, x.shape, y.shape, attrs, false);
    const [from, to, places] = [x, y, index].map(({ offset }) => word(offset));
    const pipeline = context.pipelines.get('maxPool2d', () =>
      elementwise({
        name: 'maxPool2d',
        bindings: storage(['f32'], ['f32', 'i32']),
        paramWords: params.words.length,
        code: `${prelude(['isNan', 'fromBits'])}
${storeText(to)}
${text}
fn element(i: i32) {
  let at = placeOf(i);
  let size = sourceSize();
  let start = windowStart(at.xy);
  let first = start + (max(-start, vec2<i32>(0)) + dilation() - 1) / dilation() * dilation();
  let end = min(windowEnd(at.xy), size);
  let plane = ${from} + at.z * size.x * size.y;
  var best = first.x * size.y + first.y;
  var largest = fromBits(0xff800000u);
  for (var row = first.x; row < end.x; row += dilation().x) {
    for (var column = first.y; column < end.y; column += dilation().y) {
      let place = row * size.y + column;
      let value = in0[plane + place];
      let wins = isNan(value) || (!isNan(largest) && value > largest);
      largest = select(largest, value, wins);
      best = select(best, place, wins);
    }
  }
  store(i, largest);
  out1[${places} + i] = best;
}`,
      }),
    );
    run(context, pipeline, { params, operands: [x, y, index] });
  };
}

/**
 * Gradient of max pooling. Every pixel looks at the windows that it may lie in and takes the gradients of those that it won, so
 * that nothing is written twice and every run adds in the same order.
 */
export function createMaxPool2dGrad(context: GpuContext): Kernel<MaxPool2dGradAttrs> {
  return withEnding(context, 3, ([g, index], [dx], attrs, kernelContext) => {
    if (dx.size === 0) return;
    const { params, text, word } = windowText(dx.size, dx.shape, g.shape, attrs, true);
    const [from, places, to] = [g, index, dx].map(({ offset }) => word(offset));
    const ending = endingOf(kernelContext, params, 2);
    const pipeline = context.pipelines.get(`maxPool2dGrad${ending.key}`, () =>
      elementwise({
        name: 'maxPool2dGrad',
        bindings: storage(['f32', 'i32', ...ending.bindings], [ending.output]),
        paramWords: params.words.length,
        code: `${storeText(to, ending)}
${text}
fn element(i: i32) {
  let at = placeOf(i);
  let own = at.x * sourceSize().y + at.y;
  let size = resultSize();
  let first = firstWindow(at.xy);
  let last = lastWindow(at.xy);
  var total = 0.0;
  for (var row = first.x; row <= last.x; row++) {
    let line = (at.z * size.x + row) * size.y;
    for (var column = first.y; column <= last.y; column++) {
      total += select(0.0, in0[${from} + line + column], in1[${places} + line + column] == own);
    }
  }
  store(i, total);
}`,
      }),
    );
    run(context, pipeline, { params, operands: [g, index, ...ending.operands, dx] });
  });
}
