import type { Expr } from '../../emit/expression.ts';
import { f32, f64, i32 } from '../../emit/expression.ts';
import type { FunctionBody, Local } from '../../emit/function.ts';
import { call } from '../../emit/function.ts';
import type { MemoryImport } from '../../emit/module.ts';
import { ModuleBuilder } from '../../emit/module.ts';
import { f32x4 } from '../../emit/vector.ts';
import type { Vector } from '../loops/each-vector.ts';
import { eachVector, largestLane, pairwise, wideSum } from '../loops/each-vector.ts';
import { exactSum } from '../loops/exact-sum.ts';
import { rangeOf } from '../loops/integers.ts';
import { fastExp } from './fast-exp.ts';
import type { Log, SoftmaxKind } from './kind.ts';
import { importLog, SOFTMAX_ARGUMENTS, SOFTMAX_PARAMS } from './kind.ts';

/** A row, as addresses of its values. */
interface Row {
  readonly x: Local<'i32'>;
  readonly g: Local<'i32'>;
  readonly y: Local<'i32'>;
  readonly length: Local<'i32'>;
  /** Where the exponentials are kept; null if they are not. */
  readonly buffer: Local<'i32'> | null;
}

type Exp = (x: Vector) => Vector;

/** Vectors that are done at a time. */
export const UNROLL = 4;

/** The kernel for contiguous rows: a unit of work is a row. */
export function emitRows({ op, kept, fused }: SoftmaxKind, memory: MemoryImport): ModuleBuilder {
  const builder = new ModuleBuilder(memory);
  const log = importLog(builder, op);
  builder.addFunction('run', SOFTMAX_PARAMS, (body, args, start, end, thread) => {
    const words = SOFTMAX_ARGUMENTS.read(body, args);
    const { x, g, y, length } = words;
    const bytes = body.let(i32.mul(length, i32.const(4)));
    const own = body.let(i32.add(words.buffer, i32.mul(thread, words.bufferBytes)));
    const exp = fastExp(body, fused);
    const row = { x, g, y, length, buffer: kept ? own : null };
    for (const cursor of [x, g, y]) body.advance(cursor, i32.mul(start, bytes));
    body.while(i32.ltU(start, end), () => {
      if (op === 'logSoftmaxGrad') gradOfRow(body, row, exp);
      else if (log) logSoftmaxOfRow(body, row, exp, log);
      else softmaxOfRow(body, row, exp);
      for (const cursor of [x, g, y]) body.advance(cursor, bytes);
      body.advance(start, 1);
    });
  });
  return builder;
}

/** A number in every lane. */
export const splat = (body: FunctionBody, value: Expr<'f32'>): Local<'v128'> => body.let(f32x4.splat(value));

/** NaN loses here, but its exponential makes the sum NaN. */
export function topOfRow(body: FunctionBody, { x, length }: Pick<Row, 'x' | 'length'>): Expr<'f32'> {
  const tops = rangeOf(UNROLL).map(() => splat(body, f32.const(Number.NEGATIVE_INFINITY)));
  const from = body.let(x);
  eachVector(body, length, [from], UNROLL, ({ offsets, load }) => {
    for (const [i, at] of offsets.entries()) body.set(tops[i], f32x4.pmax(tops[i], load(from, at)));
  });
  return largestLane(pairwise(tops, f32x4.pmax), body);
}

/** Σ exp(x − top), and the exponentials in the buffer. */
export function sumOfExponentials(
  body: FunctionBody,
  { x, length, buffer }: Pick<Row, 'x' | 'length' | 'buffer'>,
  exp: Exp,
  top: Vector,
): Expr<'f64'> {
  const total = wideSum(body);
  const [from, keep] = [body.let(x), body.let(buffer ?? x)];
  eachVector(body, length, [from, keep], UNROLL, ({ offsets, load, store, own }) => {
    const values = offsets.map((at) => exp(f32x4.sub(load(from, at), top)));
    if (buffer) for (const [i, at] of offsets.entries()) store(keep, values[i], at);
    total.add(...values.map(own));
  });
  return total.total();
}

/** Writes a row of y from a row of values. */
function eachOfRow(
  body: FunctionBody,
  { y, length }: Row,
  sources: readonly Local<'i32'>[],
  value: (...values: readonly Vector[]) => Vector,
): void {
  const to = body.let(y);
  const from = sources.map((source) => body.let(source));
  eachVector(body, length, [...from, to], UNROLL, ({ offsets, load, store }) => {
    const results = offsets.map((at) => body.let(value(...from.map((cursor) => load(cursor, at)))));
    for (const [i, at] of offsets.entries()) store(to, results[i], at);
  });
}

function softmaxOfRow(body: FunctionBody, row: Row, exp: Exp): void {
  const top = splat(body, topOfRow(body, row));
  const sum = sumOfExponentials(body, row, exp, top);
  const factor = splat(body, f32.demoteF64(f64.div(f64.const(1), sum)));
  eachOfRow(body, row, [row.buffer ?? row.x], (value) =>
    f32x4.mul(row.buffer ? value : exp(f32x4.sub(value, top)), factor),
  );
}

function logSoftmaxOfRow(body: FunctionBody, row: Row, exp: Exp, log: Log): void {
  const top = splat(body, topOfRow(body, row));
  const sum = sumOfExponentials(body, { ...row, buffer: null }, exp, top);
  const shift = splat(body, f32.demoteF64(call(log, sum)));
  eachOfRow(body, row, [row.x], (value) => f32x4.sub(f32x4.sub(value, top), shift));
}

function gradOfRow(body: FunctionBody, row: Row, exp: Exp): void {
  const sum = exactSum(body, UNROLL);
  const from = body.let(row.g);
  eachVector(body, row.length, [from], UNROLL, (turn) => sum.add(turn, from));
  const total = splat(body, f32.demoteF64(sum.total()));
  eachOfRow(body, row, [row.x, row.g], (x, g) => f32x4.sub(g, f32x4.mul(exp(x), total)));
}
