import type { Expr } from '../../emit/expression.ts';
import { f32, i32 } from '../../emit/expression.ts';
import type { FunctionBody, Local } from '../../emit/function.ts';
import type { MemoryImport } from '../../emit/module.ts';
import { ModuleBuilder } from '../../emit/module.ts';
import { f32x4, i32x4, v128 } from '../../emit/vector.ts';
import { eachVector, largestLane, pairwise } from '../loops/each-vector.ts';
import { addUnits } from '../loops/words.ts';
import { eachColumns, eachRow } from './columns.ts';
import type { NestCode, NestKind } from './nest.ts';
import { nestCode } from './nest.ts';

/** What is asked of the largest float32 values: which they are, or where the first of them stand. NaN wins. */
export type Extreme = 'amax' | 'argmax';

const LOWEST = f32.const(Number.NEGATIVE_INFINITY);

/** Finds the largest values or their positions. */
export function emitExtreme(op: Extreme, kind: NestKind, memory: MemoryImport): ModuleBuilder {
  return addUnits(new ModuleBuilder(memory), (body, word) => {
    const code = nestCode(body, word, kind);
    if (kind.direction === 'across') {
      return op === 'amax'
        ? (unit) => amaxAcross(body, code, unit)
        : (unit) => argmaxAcross(body, code, unit);
    }
    return (unit) => {
      const start = code.start(unit);
      const target = i32.add(code.y, i32.mul(unit, i32.const(4)));
      if (kind.direction === 'strided') body.store(target, extremeOfSteps(op, body, code, start));
      else {
        const top = body.let(amaxAlong(body, code, start));
        body.store(target, op === 'amax' ? top : firstEqual(body, code, start, top));
      }
    };
  });
}

function amaxAlong(body: FunctionBody, code: NestCode, start: Local<'i32'>): Expr<'f32'> {
  const tops = Array.from({ length: 4 }, () => body.let(f32x4.splat(LOWEST)));
  code.eachRun(start, (at) => {
    eachVector(body, code.length, [at], 4, ({ offsets, load }) => {
      offsets.forEach((offset, i) => {
        body.set(tops[i], f32x4.max(tops[i], load(at, offset)));
      });
    });
  });
  return largestLane(pairwise(tops, f32x4.max), body);
}

/** Position of the first value that is equal to `top`, or that is NaN: then `top` is, too. */
function firstEqual(body: FunctionBody, code: NestCode, start: Local<'i32'>, top: Local<'f32'>): Expr<'i32'> {
  const wanted = body.let(f32x4.splat(top));
  const found = body.let(i32.const(-1));
  code.eachRun(start, (at, run) => {
    const i = body.let(i32.const(0));
    const searching = (width: number): Expr<'i32'> =>
      i32.and(i32.ltS(found, i32.const(0)), i32.leS(i32.add(i, i32.const(width)), code.length));
    const look = (width: number): void => {
      const values = body.let(width === 4 ? v128.load(at) : v128.load32Splat(at));
      const equal = v128.or(f32x4.eq(values, wanted), f32x4.ne(values, values));
      const lanes = body.let(i32x4.bitmask(equal));
      const position = i32.add(i32.add(i32.mul(run, code.length), i), i32.ctz(lanes));
      body.if(lanes, () => body.set(found, position));
      body.set(at, i32.add(at, i32.const(4 * width)));
      body.set(i, i32.add(i, i32.const(width)));
    };
    body.while(searching(4), () => look(4));
    body.while(searching(1), () => look(1));
  });
  return found;
}

function extremeOfSteps(op: Extreme, body: FunctionBody, code: NestCode, start: Local<'i32'>): Expr {
  const top = body.let(LOWEST);
  const best = body.let(i32.const(0));
  eachRow(body, code, start, (at, run, row) => {
    const value = body.let(f32.load(at));
    body.if(wins(value, top), () => {
      body.set(top, value);
      if (op === 'argmax') body.set(best, i32.add(i32.mul(run, code.length), row));
    });
  });
  return op === 'amax' ? top : best;
}

const wins = (value: Expr<'f32'>, top: Expr<'f32'>): Expr<'i32'> =>
  i32.or(f32.gt(value, top), i32.and(f32.ne(value, value), f32.eq(top, top)));

function amaxAcross(body: FunctionBody, code: NestCode, unit: Expr<'i32'>): void {
  eachColumns(body, code, unit, 4, ({ vectors, start, target }) => {
    const tops = Array.from({ length: vectors || 1 }, () => body.let(f32x4.splat(LOWEST)));
    eachRow(body, code, start, (at) => {
      tops.forEach((top, i) => {
        body.set(top, f32x4.max(top, vectors === 0 ? v128.load32Splat(at) : v128.load(at, 16 * i)));
      });
    });
    if (vectors === 0) body.store32Lane(target, tops[0], 0);
    else for (const [i, top] of tops.entries()) body.store(target, top, 16 * i);
  });
}

function argmaxAcross(body: FunctionBody, code: NestCode, unit: Expr<'i32'>): void {
  eachColumns(body, code, unit, 4, ({ vectors, start, target }) => {
    const tops = Array.from({ length: vectors || 1 }, () => body.let(f32x4.splat(LOWEST)));
    const places = tops.map(() => body.let(i32x4.splat(i32.const(0))));
    eachRow(body, code, start, (at, run, row) => {
      const place = body.let(i32x4.splat(i32.add(i32.mul(run, code.length), row)));
      tops.forEach((top, i) => {
        const value = body.let(vectors === 0 ? v128.load32Splat(at) : v128.load(at, 16 * i));
        const isNew = v128.and(f32x4.ne(value, value), f32x4.eq(top, top));
        const won = body.let(v128.or(f32x4.gt(value, top), isNew));
        body.set(top, v128.bitselect(value, top, won));
        body.set(places[i], v128.bitselect(place, places[i], won));
      });
    });
    if (vectors === 0) body.store32Lane(target, places[0], 0);
    else for (const [i, place] of places.entries()) body.store(target, place, 16 * i);
  });
}
