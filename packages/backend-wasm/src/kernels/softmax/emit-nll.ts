import { f32, f64, i32, select } from '../../emit/expression.ts';
import { call } from '../../emit/function.ts';
import type { MemoryImport } from '../../emit/module.ts';
import { ModuleBuilder } from '../../emit/module.ts';
import { f32x4, i32x4, v128 } from '../../emit/vector.ts';
import { eachVector } from '../loops/each-vector.ts';
import { rangeOf } from '../loops/integers.ts';
import { argumentWords, RANGE_PARAMS } from '../loops/words.ts';
import { splat, sumOfExponentials, topOfRow, UNROLL } from './emit-rows.ts';
import { fastExp } from './fast-exp.ts';

/** Addresses; how many classes a row has; the label that does not count. At `fault` a 1 is written for one that is none. */
export const NLL_ARGUMENTS = argumentWords(
  'x',
  'labels',
  'losses',
  'top',
  'logTotal',
  'classes',
  'ignored',
  'fault',
);

/** The same for the gradient. */
export const NLL_GRADIENT_ARGUMENTS = argumentWords(
  'g',
  'x',
  'labels',
  'top',
  'logTotal',
  'dx',
  'classes',
  'ignored',
);

/** The kernel for −log softmax at the label of each row: a unit of work is a row. */
export function emitNll(fused: boolean, memory: MemoryImport): ModuleBuilder {
  const builder = new ModuleBuilder(memory);
  const log = builder.importFunction('math', 'log', ['f64'], 'f64');
  builder.addFunction('run', RANGE_PARAMS, (body, args, start, end) => {
    const words = NLL_ARGUMENTS.read(body, args);
    const { x, classes } = words;
    const bytes = body.let(i32.mul(classes, i32.const(4)));
    const perRow = [words.labels, words.losses, words.top, words.logTotal];
    const exp = fastExp(body, fused);
    body.advance(x, i32.mul(start, bytes));
    for (const cursor of perRow) body.advance(cursor, i32.mul(start, i32.const(4)));
    body.while(i32.ltU(start, end), () => {
      const row = { x, length: classes, buffer: null };
      const top = body.let(topOfRow(body, row));
      const logTotal = body.let(call(log, sumOfExponentials(body, row, exp, splat(body, top))));
      body.store(words.top, top);
      body.store(words.logTotal, f32.demoteF64(logTotal));
      const label = body.let(i32.load(words.labels));
      const loss = body.let(f32.const(0));
      body.if(i32.ne(label, words.ignored), () =>
        body.if(
          i32.ltU(label, classes),
          () => {
            const own = f32.load(i32.add(x, i32.mul(label, i32.const(4))));
            const below = f64.sub(f64.promoteF32(top), f64.promoteF32(own));
            body.set(loss, f32.demoteF64(f64.add(logTotal, below)));
          },
          () => body.store(words.fault, i32.const(1)),
        ),
      );
      body.store(words.losses, loss);
      body.advance(x, bytes);
      for (const cursor of perRow) body.advance(cursor, 4);
      body.advance(start, 1);
    });
  });
  return builder;
}

/** The kernel for its gradient, g·(exp(x − top − logTotal) − 1 at the label): a unit of work is a row. */
export function emitNllGradient(fused: boolean, memory: MemoryImport): ModuleBuilder {
  const builder = new ModuleBuilder(memory);
  builder.addFunction('run', RANGE_PARAMS, (body, args, start, end) => {
    const words = NLL_GRADIENT_ARGUMENTS.read(body, args);
    const { classes } = words;
    const perRow = [words.g, words.labels, words.top, words.logTotal];
    const exp = fastExp(body, fused);
    const places = rangeOf(UNROLL).map((i) => body.let(v128.const(addresses(16 * i))));
    const first = body.let(i32.mul(start, i32.mul(classes, i32.const(4))));
    const [from, to] = [body.let(i32.add(words.x, first)), body.let(i32.add(words.dx, first))];
    for (const cursor of perRow) body.advance(cursor, i32.mul(start, i32.const(4)));
    body.while(i32.ltU(start, end), () => {
      const label = body.let(i32.load(words.labels));
      const counts = i32.ne(label, words.ignored);
      const scale = splat(body, select(counts, f32.load(words.g), f32.const(0)));
      const top = body.let(v128.load32Splat(words.top));
      const logTotal = body.let(v128.load32Splat(words.logTotal));
      const labelAt = body.let(i32.add(from, i32.mul(label, i32.const(4))));
      eachVector(body, classes, [from, to], UNROLL, ({ offsets, load, store }) => {
        const ahead = body.let(i32x4.splat(i32.sub(labelAt, from)));
        const results = offsets.map((at, i) => {
          const share = exp(f32x4.sub(f32x4.sub(load(from, at), top), logTotal));
          const own = v128.and(scale, i32x4.eq(ahead, places[i]));
          return body.let(f32x4.sub(f32x4.mul(share, scale), own));
        });
        for (const [i, at] of offsets.entries()) store(to, results[i], at);
      });
      for (const cursor of perRow) body.advance(cursor, 4);
      body.advance(start, 1);
    });
  });
  return builder;
}

/** Where the lanes of a vector are, in bytes. */
const addresses = (first: number): Uint8Array =>
  new Uint8Array(Int32Array.of(first, first + 4, first + 8, first + 12).buffer);
