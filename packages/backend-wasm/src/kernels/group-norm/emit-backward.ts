import type { Expr } from '../../emit/expression.ts';
import { f32, f64, i32 } from '../../emit/expression.ts';
import type { Local } from '../../emit/function.ts';
import type { MemoryImport } from '../../emit/module.ts';
import { ModuleBuilder } from '../../emit/module.ts';
import { f32x4 } from '../../emit/vector.ts';
import { eachVector, wideSum } from '../loops/each-vector.ts';
import { integers } from '../loops/integers.ts';
import { argumentWords, RANGE_PARAMS } from '../loops/words.ts';
import { multiplyAdd } from '../matmul/tile.ts';
import { eachChannel, firstChannel } from './emit-forward.ts';

/**
 * As for the forward kernel. At `parts` an image has the sums of its channels for the weight and, `biasAt` bytes on, for
 * the bias; to the next image it is twice that.
 */
export const BACKWARD_ARGUMENTS = argumentWords(
  'g',
  'x',
  'mean',
  'rstd',
  'weight',
  'dx',
  'channels',
  'plane',
  'groups',
  'parts',
  'biasAt',
);

const UNROLL = 4;

/** The kernel for the gradient: a unit of work is a row. Without a weight, a row is one channel. */
export function emitBackward(affine: boolean, fused: boolean, memory: MemoryImport): ModuleBuilder {
  const builder = new ModuleBuilder(memory);
  builder.addFunction('run', RANGE_PARAMS, (body, args, start, end) => {
    const words = BACKWARD_ARGUMENTS.read(body, args);
    const { channels, plane, biasAt } = words;
    const length = body.let(i32.mul(channels, plane));
    const count = body.let(f64.convertI32S(length));
    const bytes = body.let(i32.mul(length, i32.const(4)));
    const [g, x, to, weight, sums] = integers(body, 5);
    const splat = (value: Expr<'f64'>): Local<'v128'> => body.let(f32x4.splat(f32.demoteF64(value)));
    body.while(i32.ltU(start, end), () => {
      const row = body.let(i32.mul(start, bytes));
      const channel = firstChannel(body, start, words);
      const image = i32.mul(i32.divU(start, words.groups), biasAt);
      const statistic = (base: Local<'i32'>): Local<'f64'> =>
        body.let(f64.promoteF32(f32.load(i32.add(base, i32.shl(start, i32.const(2))))));
      const [mean, rstd] = [statistic(words.mean), statistic(words.rstd)];
      const center = splat(mean);
      const scaleOf = (): Expr<'f64'> => (affine ? f64.promoteF32(f32.load(weight)) : f64.const(1));
      const begin = (): void => {
        body.set(g, i32.add(words.g, row));
        body.set(x, i32.add(words.x, row));
        body.set(weight, i32.add(words.weight, channel));
      };

      begin();
      body.set(sums, i32.add(i32.add(words.parts, channel), i32.shl(image, i32.const(1))));
      const [total, projected] = [body.let(f64.const(0)), body.let(f64.const(0))];
      eachChannel(body, channels, [weight, sums], () => {
        const [coming, along] = [wideSum(body), wideSum(body)];
        eachVector(body, plane, [g, x], UNROLL, ({ offsets, load, own }) => {
          const values = offsets.map((at) => body.let(own(load(g, at))));
          coming.add(...values);
          along.add(...offsets.map((at, i) => f32x4.mul(values[i], f32x4.sub(load(x, at), center))));
        });
        const bias = body.let(coming.total());
        const slope = body.let(f64.mul(along.total(), rstd));
        if (affine) {
          body.store(sums, f32.demoteF64(slope));
          body.store(i32.add(sums, biasAt), f32.demoteF64(bias));
        }
        const scale = body.let(scaleOf());
        body.set(total, f64.add(total, f64.mul(scale, bias)));
        body.set(projected, f64.add(projected, f64.mul(scale, slope)));
      });

      // dx = (d − mean d − x̂·mean(d·x̂))·rstd, with d = g·weight and x̂ = (x − mean)·rstd
      const shift = splat(f64.neg(f64.div(f64.mul(total, rstd), count)));
      const steep = splat(f64.neg(f64.div(f64.mul(f64.mul(projected, rstd), rstd), count)));
      begin();
      body.set(to, i32.add(words.dx, row));
      eachChannel(body, channels, [weight], () => {
        const factor = splat(f64.mul(scaleOf(), rstd));
        eachVector(body, plane, [g, x, to], UNROLL, ({ offsets, load, store }) => {
          const results = offsets.map((at) => {
            const level = multiplyAdd(fused, load(g, at), factor, shift);
            return body.let(multiplyAdd(fused, f32x4.sub(load(x, at), center), steep, level));
          });
          for (const [i, at] of offsets.entries()) store(to, results[i], at);
        });
      });
      body.advance(start, 1);
    });
  });
  return builder;
}
