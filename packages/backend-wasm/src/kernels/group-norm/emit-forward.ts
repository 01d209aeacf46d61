import type { Expr } from '../../emit/expression.ts';
import { f32, f64, i32 } from '../../emit/expression.ts';
import type { FunctionBody, Local } from '../../emit/function.ts';
import type { MemoryImport } from '../../emit/module.ts';
import { ModuleBuilder } from '../../emit/module.ts';
import { f32x4 } from '../../emit/vector.ts';
import { statisticsOf } from '../layer-norm/statistics.ts';
import { eachVector } from '../loops/each-vector.ts';
import { argumentWords, RANGE_PARAMS } from '../loops/words.ts';
import { multiplyAdd } from '../matmul/tile.ts';

/**
 * Addresses; a row, a group of an image, has `channels` channels of `plane` elements, and an image `groups` of them; where
 * a float64, added to the variance, stands.
 */
export const FORWARD_ARGUMENTS = argumentWords(
  'x',
  'weight',
  'bias',
  'y',
  'mean',
  'rstd',
  'channels',
  'plane',
  'groups',
  'eps',
);

const UNROLL = 4;

/** The kernel that normalises groups: a unit of work is a row. Without weight and bias, a row is one channel. */
export function emitForward(affine: boolean, fused: boolean, memory: MemoryImport): ModuleBuilder {
  const builder = new ModuleBuilder(memory);
  builder.addFunction('run', RANGE_PARAMS, (body, args, start, end) => {
    const words = FORWARD_ARGUMENTS.read(body, args);
    const { channels, plane } = words;
    const length = body.let(i32.mul(channels, plane));
    const first = body.let(i32.mul(start, i32.mul(length, i32.const(4))));
    const [from, to] = [body.let(i32.add(words.x, first)), body.let(i32.add(words.y, first))];
    body.while(i32.ltU(start, end), () => {
      const { mean, rstd } = statisticsOf(body, from, length, f64.load(words.eps), fused);
      body.store(i32.add(words.mean, i32.shl(start, i32.const(2))), mean);
      body.store(i32.add(words.rstd, i32.shl(start, i32.const(2))), rstd);
      const center = body.let(f32x4.splat(mean));
      const channel = firstChannel(body, start, words);
      const [scale, shift] = [words.weight, words.bias].map((base) => body.let(i32.add(base, channel)));
      eachChannel(body, channels, [scale, shift], () => {
        const factor = body.let(f32x4.splat(affine ? f32.mul(rstd, f32.load(scale)) : rstd));
        const offset = affine ? body.let(f32x4.splat(f32.load(shift))) : null;
        eachVector(body, plane, [from, to], UNROLL, ({ offsets, load, store }) => {
          const results = offsets.map((at) => {
            const distance = f32x4.sub(load(from, at), center);
            return body.let(
              offset ? multiplyAdd(fused, distance, factor, offset) : f32x4.mul(distance, factor),
            );
          });
          for (const [i, at] of offsets.entries()) store(to, results[i], at);
        });
      });
      body.advance(start, 1);
    });
  });
  return builder;
}

/** Where a number of the first channel of a row stands, in bytes. */
export function firstChannel(
  body: FunctionBody,
  row: Expr<'i32'>,
  { channels, groups }: { readonly channels: Expr<'i32'>; readonly groups: Expr<'i32'> },
): Local<'i32'> {
  return body.let(i32.shl(i32.mul(i32.remU(row, groups), channels), i32.const(2)));
}

/** Writes a loop over the channels of a row: cursors move from one number of a channel to the next. */
export function eachChannel(
  body: FunctionBody,
  channels: Expr<'i32'>,
  cursors: readonly Local<'i32'>[],
  write: () => void,
): void {
  const left = body.let(channels);
  body.while(left, () => {
    write();
    for (const cursor of cursors) body.advance(cursor, 4);
    body.advance(left, -1);
  });
}
