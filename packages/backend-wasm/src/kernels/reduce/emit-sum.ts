import type { Expr } from '../../emit/expression.ts';
import { f32, f64, i32 } from '../../emit/expression.ts';
import type { FunctionBody, Local } from '../../emit/function.ts';
import type { MemoryImport } from '../../emit/module.ts';
import { ModuleBuilder } from '../../emit/module.ts';
import { f32x4, f64x2, shuffle32 } from '../../emit/vector.ts';
import type { Vector } from '../loops/each-vector.ts';
import { eachVector, pairwise, sumOfPair, widePair } from '../loops/each-vector.ts';
import { addUnits } from '../loops/words.ts';
import { eachColumns, eachRow } from './columns.ts';
import type { NestCode, NestKind } from './nest.ts';
import { nestCode } from './nest.ts';

/**
 * Sums float32 values in float64, which costs nothing where memory is the limit. The result is float32, or `wide`: a
 * part of a sum. Every unit of work sums in an order of its own, so threads change nothing.
 */
export function emitSum(kind: NestKind, wide: boolean, memory: MemoryImport): ModuleBuilder {
  return addUnits(new ModuleBuilder(memory), (body, word) => {
    const code = nestCode(body, word, kind);
    if (kind.direction === 'across') return acrossUnit(body, code);
    return (unit) => {
      const start = code.start(unit);
      const total = kind.direction === 'along' ? sumAlong(body, code, start) : sumSteps(body, code, start);
      if (wide) body.store(i32.add(code.y, i32.mul(unit, i32.const(8))), total);
      else body.store(i32.add(code.y, i32.mul(unit, i32.const(4))), f32.demoteF64(total));
    };
  });
}

const zeros = (body: FunctionBody, count: number): Local<'v128'>[] =>
  Array.from({ length: count }, () => body.let(f64x2.splat(f64.const(0))));

function sumAlong(body: FunctionBody, code: NestCode, start: Local<'i32'>): Expr<'f64'> {
  const sums = zeros(body, 8);
  code.eachRun(start, (at) => {
    eachVector(body, code.length, [at], 4, ({ offsets, loadWide }) => {
      offsets
        .flatMap((offset) => loadWide(at, offset))
        .forEach((value, i) => {
          body.set(sums[i], f64x2.add(sums[i], value));
        });
    });
  });
  return sumOfPair(pairwise(sums, f64x2.add), body);
}

function sumSteps(body: FunctionBody, code: NestCode, start: Local<'i32'>): Expr<'f64'> {
  const total = body.let(f64.const(0));
  code.eachRun(start, (at) => {
    const left = body.let(code.length);
    body.while(left, () => {
      body.set(total, f64.add(total, f64.promoteF32(f32.load(at))));
      body.set(at, i32.add(at, code.step));
      body.set(left, i32.sub(left, i32.const(1)));
    });
  });
  return total;
}

/** Sums of columns, kept in variables. */
function acrossUnit(body: FunctionBody, code: NestCode): (unit: Local<'i32'>) => void {
  return (unit) =>
    eachColumns(body, code, unit, 4, ({ vectors, start, target }) => {
      const sums = zeros(body, vectors === 0 ? 1 : 2 * vectors);
      eachRow(body, code, start, (at) => {
        sums.forEach((sum, i) => {
          // One column alone is summed twice, in two lanes, rather than read past the end.
          const value = vectors === 0 ? f64x2.splat(f64.promoteF32(f32.load(at))) : widePair(at, 8 * i);
          body.set(sum, f64x2.add(sum, value));
        });
      });
      for (let i = 0; i < vectors; i++) body.store(target, narrow(sums[2 * i], sums[2 * i + 1]), 16 * i);
      if (vectors === 0) body.store(target, f32.demoteF64(f64x2.extractLane(sums[0], 0)));
    });
}

const narrow = (low: Vector, high: Vector): Vector =>
  shuffle32(f32x4.demoteF64x2Zero(low), f32x4.demoteF64x2Zero(high), [0, 1, 4, 5]);
