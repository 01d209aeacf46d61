import type { Expr } from '../../emit/expression.ts';
import { f64, i32 } from '../../emit/expression.ts';
import type { FunctionBody, Local } from '../../emit/function.ts';
import type { MemoryImport } from '../../emit/module.ts';
import { ModuleBuilder } from '../../emit/module.ts';
import { f32x4, f64x2, shuffle32, v128 } from '../../emit/vector.ts';
import type { Vector } from '../loops/each-vector.ts';
import { upperHalf } from '../loops/each-vector.ts';
import { lesser } from '../loops/integers.ts';
import { GRADIENT_ARGUMENTS, STATISTICS_ARGUMENTS, STRIP } from './arguments.ts';

/** Numbers of four channels in float64. */
type Pair = readonly [Vector, Vector];

/** Access to four neighbouring channels, or to one in every lane. */
interface Lanes {
  /** Where the first channel stands, in bytes from the start of a row. */
  readonly first: Local<'i32'>;
  readonly load: (address: Expr<'i32'>) => Vector;
  readonly store: (address: Expr<'i32'>, value: Vector) => void;
}

/** Mean and biased variance of the columns of a matrix. A unit of work is a strip of columns. */
export function emitColumnStatistics(memory: MemoryImport): ModuleBuilder {
  const builder = new ModuleBuilder(memory);
  builder.addFunction('run', ['i32', 'i32', 'i32'], (body, args, start, end) => {
    const words = STATISTICS_ARGUMENTS.read(body, args);
    const count = body.let(f64x2.splat(f64.convertI32S(words.images)));
    const rows = { images: words.images, step: body.let(i32.shl(words.channels, i32.const(2))) };
    eachLanes(body, start, end, words.channels, ({ first, load, store }) => {
      const total = newSums(body);
      eachRow(body, rows, first, [words.x], ([at]) => addTo(body, total, load(at)));
      const exact = keep(
        body,
        both(total, (sum) => f64x2.div(sum, count)),
      );
      const center = body.let(narrow(exact));
      const missed = keep(body, both(exact, widen(center), f64x2.sub));
      const spread = newSums(body);
      eachRow(body, rows, first, [words.x], ([at]) => {
        const distance = body.let(f32x4.sub(load(at), center));
        addTo(body, spread, f32x4.mul(distance, distance));
      });
      const variance = both(
        both(spread, (sum) => f64x2.div(sum, count)),
        both(missed, (value) => f64x2.mul(value, value)),
        f64x2.sub,
      );
      store(i32.add(words.mean, first), center);
      store(i32.add(words.variance, first), narrow(variance));
    });
  });
  return builder;
}

/** The gradient of a normalisation of the columns of a matrix. A unit of work is a strip of columns. */
export function emitColumnGradient(memory: MemoryImport): ModuleBuilder {
  const builder = new ModuleBuilder(memory);
  builder.addFunction('run', ['i32', 'i32', 'i32'], (body, args, start, end) => {
    const words = GRADIENT_ARGUMENTS.read(body, args);
    const { g, x, dx } = words;
    const count = body.let(f64x2.splat(f64.convertI32S(words.images)));
    const rows = { images: words.images, step: body.let(i32.shl(words.channels, i32.const(2))) };
    eachLanes(body, start, end, words.channels, ({ first, load, store }) => {
      const of = (base: Local<'i32'>): Local<'v128'> => body.let(load(i32.add(base, first)));
      const [center, rstd, weight] = [of(words.mean), of(words.rstd), of(words.weight)];
      const [total, projected] = [newSums(body), newSums(body)];
      eachRow(body, rows, first, [g, x], ([grad, from]) => {
        const value = body.let(load(grad));
        addTo(body, total, value);
        addTo(body, projected, f32x4.mul(value, f32x4.sub(load(from), center)));
      });
      const scale = keep(body, widen(rstd));
      const slope = keep(body, both(projected, scale, f64x2.mul));
      store(i32.add(words.dbias, first), narrow(total));
      store(i32.add(words.dweight, first), narrow(slope));
      const mean = (sum: Vector): Vector => f64x2.div(sum, count);
      const shift = body.let(narrow(both(total, mean)));
      const steep = body.let(narrow(both(both(slope, scale, f64x2.mul), mean)));
      const factor = body.let(narrow(both(widen(weight), scale, f64x2.mul)));
      eachRow(body, rows, first, [g, x, dx], ([grad, from, to]) => {
        const distance = f32x4.sub(load(from), center);
        const rest = f32x4.sub(f32x4.sub(load(grad), shift), f32x4.mul(distance, steep));
        store(to, f32x4.mul(rest, factor));
      });
    });
  });
  return builder;
}

/** Writes code for the channels of units of work: four at a time, then one. */
function eachLanes(
  body: FunctionBody,
  start: Local<'i32'>,
  end: Local<'i32'>,
  channels: Local<'i32'>,
  write: (lanes: Lanes) => void,
): void {
  const first = body.let(i32.mul(start, i32.const(4 * STRIP)));
  const last = body.let(i32.shl(lesser(i32.mul(end, i32.const(STRIP)), channels), i32.const(2)));
  const four: Lanes = { first, load: v128.load, store: (address, value) => body.store(address, value) };
  const one: Lanes = {
    first,
    load: v128.load32Splat,
    store: (address, value) => body.store32Lane(address, value, 0),
  };
  for (const lanes of [four, one]) {
    const bytes = lanes === four ? 16 : 4;
    body.while(i32.leU(i32.add(first, i32.const(bytes)), last), () => {
      write(lanes);
      body.advance(first, bytes);
    });
  }
}

/** Writes a loop over the rows of several matrices of the same sizes. */
function eachRow(
  body: FunctionBody,
  { images, step }: { readonly images: Local<'i32'>; readonly step: Local<'i32'> },
  first: Local<'i32'>,
  bases: readonly Local<'i32'>[],
  write: (cursors: readonly Local<'i32'>[]) => void,
): void {
  const cursors = bases.map((base) => body.let(i32.add(base, first)));
  const left = body.let(images);
  body.while(left, () => {
    write(cursors);
    for (const cursor of cursors) body.advance(cursor, step);
    body.advance(left, -1);
  });
}

type Sums = readonly [Local<'v128'>, Local<'v128'>];

const newSums = (body: FunctionBody): Sums => [
  body.let(f64x2.splat(f64.const(0))),
  body.let(f64x2.splat(f64.const(0))),
];

function addTo(body: FunctionBody, [low, high]: Sums, value: Vector): void {
  const four = body.let(value);
  body.set(low, f64x2.add(low, f64x2.promoteLowF32x4(four)));
  body.set(high, f64x2.add(high, f64x2.promoteLowF32x4(upperHalf(four))));
}

const keep = (body: FunctionBody, [low, high]: Pair): Sums => [body.let(low), body.let(high)];

/** Applies an instruction to both halves. */
function both(pair: Pair, apply: (x: Vector) => Vector): Pair;
function both(pair: Pair, other: Pair, apply: (a: Vector, b: Vector) => Vector): Pair;
function both(pair: Pair, ...rest: [(x: Vector) => Vector] | [Pair, (a: Vector, b: Vector) => Vector]): Pair {
  if (rest.length === 1) return [rest[0](pair[0]), rest[0](pair[1])];
  const [other, apply] = rest;
  return [apply(pair[0], other[0]), apply(pair[1], other[1])];
}

const widen = (four: Local<'v128'>): Pair => [
  f64x2.promoteLowF32x4(four),
  f64x2.promoteLowF32x4(upperHalf(four)),
];

const narrow = ([low, high]: Pair): Vector =>
  shuffle32(f32x4.demoteF64x2Zero(low), f32x4.demoteF64x2Zero(high), [0, 1, 4, 5]);
