import type { Expr } from '../../emit/expression.ts';
import { f32, f64, i32 } from '../../emit/expression.ts';
import type { FunctionBody, Local } from '../../emit/function.ts';
import type { MemoryImport } from '../../emit/module.ts';
import { ModuleBuilder } from '../../emit/module.ts';
import { f32x4 } from '../../emit/vector.ts';
import type { Turn } from '../loops/each-vector.ts';
import { eachVector, wideSum } from '../loops/each-vector.ts';
import { exactSum } from '../loops/exact-sum.ts';
import { GRADIENT_ARGUMENTS, STATISTICS_ARGUMENTS } from './arguments.ts';

const UNROLL = 4;

interface Sizes {
  readonly images: Local<'i32'>;
  readonly channels: Local<'i32'>;
  readonly plane: Local<'i32'>;
}

/** Mean and biased variance of channels, the variance in a second pass. A unit of work is a channel. */
export function emitStatistics(memory: MemoryImport): ModuleBuilder {
  const builder = new ModuleBuilder(memory);
  builder.addFunction('run', ['i32', 'i32', 'i32'], (body, args, start, end) => {
    const words = STATISTICS_ARGUMENTS.read(body, args);
    body.while(i32.ltU(start, end), () => {
      const count = body.let(f64.convertI32S(i32.mul(words.images, words.plane)));
      const total = exactSum(body, UNROLL);
      eachOfChannel(body, words, start, [words.x], ([at], turn) => total.add(turn, at));
      const exact = body.let(f64.div(total.total(), count));
      const average = body.let(f32.demoteF64(exact));
      const missed = body.let(f64.sub(exact, f64.promoteF32(average)));
      const center = body.let(f32x4.splat(average));
      const spread = wideSum(body);
      eachOfChannel(body, words, start, [words.x], ([at], { offsets, load, own }) => {
        const distances = offsets.map((offset) => body.let(own(f32x4.sub(load(at, offset), center))));
        spread.add(...distances.map((distance) => f32x4.mul(distance, distance)));
      });
      const variance = f64.sub(f64.div(spread.total(), count), f64.mul(missed, missed));
      body.store(placeOf(words.mean, start), average);
      body.store(placeOf(words.variance, start), f32.demoteF64(variance));
      body.advance(start, 1);
    });
  });
  return builder;
}

/** The gradient of a normalisation with these statistics. A unit of work is a channel. */
export function emitGradient(memory: MemoryImport): ModuleBuilder {
  const builder = new ModuleBuilder(memory);
  builder.addFunction('run', ['i32', 'i32', 'i32'], (body, args, start, end) => {
    const words = GRADIENT_ARGUMENTS.read(body, args);
    const { g, x, dx } = words;
    body.while(i32.ltU(start, end), () => {
      const of = (base: Local<'i32'>): Local<'f64'> =>
        body.let(f64.promoteF32(f32.load(placeOf(base, start))));
      const [mean, rstd, weight] = [of(words.mean), of(words.rstd), of(words.weight)];
      const splat = (value: Expr<'f64'>): Local<'v128'> => body.let(f32x4.splat(f32.demoteF64(value)));
      const center = splat(mean);
      const [total, projected] = [wideSum(body), wideSum(body)];
      eachOfChannel(body, words, start, [g, x], ([grad, from], { offsets, load, own }) => {
        const values = offsets.map((at) => body.let(own(load(grad, at))));
        total.add(...values);
        projected.add(...offsets.map((at, i) => f32x4.mul(values[i], f32x4.sub(load(from, at), center))));
      });
      const count = body.let(f64.convertI32S(i32.mul(words.images, words.plane)));
      const bias = body.let(total.total());
      const slope = body.let(f64.mul(projected.total(), rstd));
      body.store(placeOf(words.dbias, start), f32.demoteF64(bias));
      body.store(placeOf(words.dweight, start), f32.demoteF64(slope));
      const shift = splat(f64.div(bias, count));
      const steep = splat(f64.div(f64.mul(slope, rstd), count));
      const factor = splat(f64.mul(weight, rstd));
      eachOfChannel(body, words, start, [g, x, dx], ([grad, from, to], { offsets, load, store }) => {
        const results = offsets.map((at) => {
          const distance = f32x4.sub(load(from, at), center);
          const rest = f32x4.sub(f32x4.sub(load(grad, at), shift), f32x4.mul(distance, steep));
          return body.let(f32x4.mul(rest, factor));
        });
        for (const [i, at] of offsets.entries()) store(to, results[i], at);
      });
      body.advance(start, 1);
    });
  });
  return builder;
}

/** Where a number of a channel stands. */
const placeOf = (base: Expr<'i32'>, channel: Expr<'i32'>): Expr<'i32'> =>
  i32.add(base, i32.shl(channel, i32.const(2)));

/** Writes loops over the elements of a channel in several tensors of the same sizes. */
function eachOfChannel(
  body: FunctionBody,
  { images, channels, plane }: Sizes,
  channel: Expr<'i32'>,
  bases: readonly Expr<'i32'>[],
  write: (cursors: readonly Local<'i32'>[], turn: Turn) => void,
): void {
  const bytes = body.let(i32.shl(plane, i32.const(2)));
  // A plane's loop leaves the cursors at its end, from where the next one is so far away.
  const step = body.let(i32.mul(i32.sub(channels, i32.const(1)), bytes));
  const cursors = bases.map((base) => body.let(i32.add(base, i32.mul(channel, bytes))));
  const left = body.let(images);
  body.while(left, () => {
    eachVector(body, plane, cursors, UNROLL, (turn) => write(cursors, turn));
    for (const cursor of cursors) body.advance(cursor, step);
    body.advance(left, -1);
  });
}
