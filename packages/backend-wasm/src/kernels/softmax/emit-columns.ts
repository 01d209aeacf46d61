import type { Expr } from '../../emit/expression.ts';
import { f32, f64, i32 } from '../../emit/expression.ts';
import type { FunctionBody, Local } from '../../emit/function.ts';
import { call } from '../../emit/function.ts';
import type { MemoryImport } from '../../emit/module.ts';
import { ModuleBuilder } from '../../emit/module.ts';
import { f32x4, f64x2, shuffle32, v128 } from '../../emit/vector.ts';
import type { Vector } from '../loops/each-vector.ts';
import { upperHalf } from '../loops/each-vector.ts';
import { lesser, rangeOf } from '../loops/integers.ts';
import { fastExp } from './fast-exp.ts';
import type { Log, SoftmaxKind } from './kind.ts';
import { importLog, SOFTMAX_ARGUMENTS, SOFTMAX_PARAMS } from './kind.ts';

/** Neighbouring columns that a unit of work has: whole cache lines, and few enough to stay in the second cache. */
export const STRIP = 32;

/** Columns that are done at a time: two vectors, or one column in every lane. */
interface Columns {
  readonly vectors: number;
  readonly x: Local<'i32'>;
  readonly g: Local<'i32'>;
  readonly y: Local<'i32'>;
  readonly length: Local<'i32'>;
  /** Bytes from one value of a line to the next. */
  readonly step: Local<'i32'>;
  /** Where exponentials are kept, dense; null if they are not. */
  readonly buffer: Local<'i32'> | null;
}

type Exp = (x: Vector) => Vector;

/** The kernel for lines that are not contiguous: a unit of work is a strip of neighbouring ones. */
export function emitColumns({ op, kept, fused }: SoftmaxKind, memory: MemoryImport): ModuleBuilder {
  const builder = new ModuleBuilder(memory);
  const log = importLog(builder, op);
  builder.addFunction('run', SOFTMAX_PARAMS, (body, args, start, end, thread) => {
    const words = SOFTMAX_ARGUMENTS.read(body, args);
    const { length, inner, strips } = words;
    const own = body.let(i32.add(words.buffer, i32.mul(thread, words.bufferBytes)));
    const step = body.let(i32.mul(inner, i32.const(4)));
    const exp = fastExp(body, fused);
    const [x, g, y] = [body.local('i32'), body.local('i32'), body.local('i32')];
    body.while(i32.ltU(start, end), () => {
      const outer = body.let(i32.divU(start, strips));
      const first = body.let(i32.mul(i32.sub(start, i32.mul(outer, strips)), i32.const(STRIP)));
      const position = body.let(i32.add(i32.mul(i32.mul(outer, length), inner), first));
      body.set(x, i32.add(words.x, i32.mul(position, i32.const(4))));
      body.set(g, i32.add(words.g, i32.mul(position, i32.const(4))));
      body.set(y, i32.add(words.y, i32.mul(position, i32.const(4))));
      const left = body.let(lesser(i32.sub(inner, first), i32.const(STRIP)));
      for (const vectors of [2, 1, 0]) {
        const width = Math.max(4 * vectors, 1);
        body.while(i32.geS(left, i32.const(width)), () => {
          const columns = { vectors, x, g, y, length, step, buffer: kept ? own : null };
          if (op === 'logSoftmaxGrad') gradOfColumns(body, columns, exp);
          else softmaxOfColumns(body, columns, exp, log);
          for (const cursor of [x, g, y]) body.advance(cursor, 4 * width);
          body.advance(left, -width);
        });
      }
      body.advance(start, 1);
    });
  });
  return builder;
}

/** Writes a loop over the values of the lines: addresses step down, that of the buffer by what a step takes there. */
function eachStep(
  body: FunctionBody,
  { length, step, vectors }: Columns,
  cursors: readonly Local<'i32'>[],
  buffer: Local<'i32'> | null,
  write: () => void,
): void {
  const left = body.let(length);
  body.while(left, () => {
    write();
    for (const cursor of cursors) body.advance(cursor, step);
    if (buffer) body.advance(buffer, 16 * Math.max(vectors, 1));
    body.advance(left, -1);
  });
}

const load = ({ vectors }: Columns, at: Expr<'i32'>, i: number): Vector =>
  vectors === 0 ? v128.load32Splat(at) : v128.load(at, 16 * i);

function store(body: FunctionBody, { vectors }: Columns, at: Expr<'i32'>, values: readonly Vector[]): void {
  if (vectors === 0) body.store32Lane(at, values[0], 0);
  else for (const [i, value] of values.entries()) body.store(at, value, 16 * i);
}

/** Sums of four columns in float64, as two vectors. */
type Sums = readonly [Local<'v128'>, Local<'v128'>];

function newSums(body: FunctionBody): Sums {
  return [body.let(f64x2.splat(f64.const(0))), body.let(f64x2.splat(f64.const(0)))];
}

function addTo([low, high]: Sums, body: FunctionBody, value: Vector): void {
  body.set(low, f64x2.add(low, f64x2.promoteLowF32x4(value)));
  body.set(high, f64x2.add(high, f64x2.promoteLowF32x4(upperHalf(value))));
}

const narrow = (low: Vector, high: Vector): Vector =>
  shuffle32(f32x4.demoteF64x2Zero(low), f32x4.demoteF64x2Zero(high), [0, 1, 4, 5]);

function gradOfColumns(body: FunctionBody, columns: Columns, exp: Exp): void {
  const all = rangeOf(columns.vectors || 1);
  const sums = all.map(() => newSums(body));
  const [from, grad, to] = [body.let(columns.x), body.let(columns.g), body.let(columns.y)];
  eachStep(body, columns, [grad], null, () => {
    for (const i of all) addTo(sums[i], body, body.let(load(columns, grad, i)));
  });
  const totals = sums.map((sum) => body.let(narrow(...sum)));
  body.set(grad, columns.g);
  eachStep(body, columns, [from, grad, to], null, () => {
    const values = all.map((i) => {
      const share = f32x4.mul(exp(load(columns, from, i)), totals[i]);
      return body.let(f32x4.sub(load(columns, grad, i), share));
    });
    store(body, columns, to, values);
  });
}

function softmaxOfColumns(body: FunctionBody, columns: Columns, exp: Exp, log: Log | null): void {
  const all = rangeOf(columns.vectors || 1);
  const tops = all.map(() => body.let(f32x4.splat(f32.const(Number.NEGATIVE_INFINITY))));
  const [from, to] = [body.let(columns.x), body.let(columns.y)];
  eachStep(body, columns, [from], null, () => {
    for (const i of all) body.set(tops[i], f32x4.pmax(tops[i], load(columns, from, i)));
  });
  const sums = all.map(() => newSums(body));
  const buffer = log ? null : columns.buffer;
  const keep = buffer && body.let(buffer);
  body.set(from, columns.x);
  eachStep(body, columns, [from], keep, () => {
    for (const i of all) {
      const value = exp(f32x4.sub(load(columns, from, i), tops[i]));
      if (keep) body.store(keep, value, 16 * i);
      addTo(sums[i], body, value);
    }
  });
  const last = sums.map((pair) => {
    const of = (half: Local<'v128'>): Vector =>
      log ? logs(log, half) : f64x2.div(f64x2.splat(f64.const(1)), half);
    return body.let(narrow(of(pair[0]), of(pair[1])));
  });
  body.set(from, columns.x);
  if (keep && buffer) body.set(keep, buffer);
  eachStep(body, columns, keep ? [to] : [from, to], keep, () => {
    const values = all.map((i) => {
      if (keep) return body.let(f32x4.mul(v128.load(keep, 16 * i), last[i]));
      const shifted = f32x4.sub(load(columns, from, i), tops[i]);
      return body.let(log ? f32x4.sub(shifted, last[i]) : f32x4.mul(exp(shifted), last[i]));
    });
    store(body, columns, to, values);
  });
}

/** Logarithms of two float64 lanes. */
function logs(log: Log, pair: Local<'v128'>): Vector {
  const of = (lane: number): Expr<'f64'> => call(log, f64x2.extractLane(pair, lane));
  return shuffle32(f64x2.splat(of(0)), f64x2.splat(of(1)), [0, 1, 4, 5]);
}
