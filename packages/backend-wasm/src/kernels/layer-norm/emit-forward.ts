import { f64, i32 } from '../../emit/expression.ts';
import type { MemoryImport } from '../../emit/module.ts';
import { ModuleBuilder } from '../../emit/module.ts';
import { f32x4 } from '../../emit/vector.ts';
import type { Vector } from '../loops/each-vector.ts';
import { eachVector } from '../loops/each-vector.ts';
import { argumentWords } from '../loops/words.ts';
import { multiplyAdd } from '../matmul/tile.ts';
import { statisticsOf } from './statistics.ts';

/** Addresses; the length of a row in elements, and where a float64, added to the variance, stands. */
export const FORWARD_ARGUMENTS = argumentWords('x', 'weight', 'bias', 'y', 'mean', 'rstd', 'length', 'eps');

const UNROLL = 4;

/** The kernel that normalises rows: a unit of work is a row. */
export function emitForward(affine: boolean, fused: boolean, memory: MemoryImport): ModuleBuilder {
  const builder = new ModuleBuilder(memory);
  builder.addFunction('run', ['i32', 'i32', 'i32'], (body, args, start, end) => {
    const { x, weight, bias, y, mean, rstd, length, eps } = FORWARD_ARGUMENTS.read(body, args);
    const bytes = body.let(i32.mul(length, i32.const(4)));
    for (const cursor of [x, y]) body.advance(cursor, i32.mul(start, bytes));
    for (const cursor of [mean, rstd]) body.advance(cursor, i32.mul(start, i32.const(4)));
    const [from, to] = [body.local('i32'), body.local('i32')];
    body.while(i32.ltU(start, end), () => {
      const found = statisticsOf(body, x, length, f64.load(eps), fused);
      const [center, factor] = [found.mean, found.rstd].map((value) => body.let(f32x4.splat(value)));
      body.store(mean, found.mean);
      body.store(rstd, found.rstd);
      body.set(from, x);
      body.set(to, y);
      const [scales, shifts] = [body.let(weight), body.let(bias)];
      const cursors = affine ? [from, to, scales, shifts] : [from, to];
      eachVector(body, length, cursors, UNROLL, ({ offsets, load, store }) => {
        const results = offsets.map((at): Vector => {
          const normalized = f32x4.mul(f32x4.sub(load(from, at), center), factor);
          if (!affine) return body.let(normalized);
          return body.let(multiplyAdd(fused, normalized, load(scales, at), load(shifts, at)));
        });
        for (const [i, at] of offsets.entries()) store(to, results[i], at);
      });
      for (const cursor of [x, y]) body.advance(cursor, bytes);
      for (const cursor of [mean, rstd]) body.advance(cursor, 4);
      body.advance(start, 1);
    });
  });
  return builder;
}
