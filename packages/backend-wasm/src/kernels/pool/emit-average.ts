import type { Expr } from '../../emit/expression.ts';
import { f32, f64, i32, select } from '../../emit/expression.ts';
import type { FunctionBody, Local } from '../../emit/function.ts';
import type { MemoryImport } from '../../emit/module.ts';
import { ModuleBuilder } from '../../emit/module.ts';
import { f32x4, f64x2, shuffle32, v128 } from '../../emit/vector.ts';
import type { Vector } from '../loops/each-vector.ts';
import { sumOfPair, widePair } from '../loops/each-vector.ts';
import type { OutputRow, PoolWords, VectorStride } from './windows.ts';
import { eachOutput, greater, lesserSigned, loadPixels, outputRow, POOL_ARGUMENTS } from './windows.ts';

/** How many pixels a window counts in one direction, if it starts at `start`. */
export function counted(
  start: Local<'i32'>,
  size: Expr<'i32'>,
  pad: Expr<'i32'>,
  length: Expr<'i32'>,
  includePad: boolean,
): Expr<'i32'> {
  const end = i32.add(start, size);
  if (includePad) return i32.sub(lesserSigned(end, i32.add(length, pad)), start);
  return i32.sub(lesserSigned(end, length), greater(start, i32.const(0)));
}

/** Means of windows. A unit of work is a row of outputs. */
export function emitAverage(
  stride: VectorStride | null,
  includePad: boolean,
  memory: MemoryImport,
): ModuleBuilder {
  const builder = new ModuleBuilder(memory);
  builder.addFunction('run', ['i32', 'i32', 'i32'], (body, args, start, end) => {
    const words = POOL_ARGUMENTS.read(body, args);
    const { y, H, W, R, S, padH, padW, divisor } = words;
    body.while(i32.ltU(start, end), () => {
      const row = outputRow(body, words, start);
      const height = body.let(counted(row.top, R, padH, H, includePad));
      const share = (width: Expr<'i32'>): Expr<'f64'> =>
        f64.convertI32S(select(divisor, divisor, i32.mul(height, width)));
      const at = (j: Local<'i32'>): Expr<'i32'> => i32.add(i32.add(y, row.target), i32.shl(j, i32.const(2)));
      // A window that ceil mode puts beyond the image has nothing to add up, and maybe nothing to count.
      const hasRows = body.let(i32.ltS(row.first, row.bottom));
      // Inside the image all windows of a row have one width.
      const whole = body.let(f32x4.splat(f32.demoteF64(select(hasRows, share(S), f64.const(1)))));
      eachOutput(
        body,
        words,
        stride,
        (j, left) => body.store(at(j), f32x4.div(sumOfFour(body, words, row, left, stride ?? 1), whole)),
        (j, left) => {
          const sum = sumOfOne(body, words, row, left);
          const width = body.let(counted(left, S, padW, W, includePad));
          const mean = f32.demoteF64(f64.div(sum, share(width)));
          const inside = i32.and(
            hasRows,
            i32.ltS(greater(left, i32.const(0)), lesserSigned(i32.add(left, S), W)),
          );
          body.store(at(j), select(inside, mean, f32.const(0)));
        },
      );
      body.advance(start, 1);
    });
  });
  return builder;
}

function sumOfFour(
  body: FunctionBody,
  { W, S }: PoolWords,
  { plane, first, bottom }: OutputRow,
  left: Local<'i32'>,
  stride: VectorStride,
): Local<'v128'> {
  const sum = body.let(f32x4.splat(f32.const(0)));
  const h = body.let(first);
  const [at, taps] = [body.local('i32'), body.local('i32')];
  body.while(i32.ltS(h, bottom), () => {
    body.set(at, i32.add(plane, i32.shl(i32.add(i32.mul(h, W), left), i32.const(2))));
    body.set(taps, S);
    body.while(taps, () => {
      body.set(sum, f32x4.add(sum, loadPixels(at, stride)));
      body.advance(at, 4);
      body.advance(taps, -1);
    });
    body.advance(h, 1);
  });
  return sum;
}

/** In float64, by vectors along the rows: windows may be as large as the image. */
function sumOfOne(
  body: FunctionBody,
  { W, S }: PoolWords,
  { plane, first, bottom }: OutputRow,
  left: Local<'i32'>,
): Expr<'f64'> {
  const from = body.let(greater(left, i32.const(0)));
  const right = body.let(lesserSigned(i32.add(left, S), W));
  const [low, high] = [body.let(f64x2.splat(f64.const(0))), body.let(f64x2.splat(f64.const(0)))];
  const sum = body.let(f64.const(0));
  const [h, at, rest] = [body.let(first), body.local('i32'), body.local('i32')];
  body.while(i32.ltS(h, bottom), () => {
    body.set(at, i32.add(plane, i32.shl(i32.add(i32.mul(h, W), from), i32.const(2))));
    body.set(rest, i32.sub(right, from));
    body.while(i32.geS(rest, i32.const(4)), () => {
      body.set(low, f64x2.add(low, widePair(at, 0)));
      body.set(high, f64x2.add(high, widePair(at, 8)));
      body.advance(at, 16);
      body.advance(rest, -4);
    });
    body.while(i32.gtS(rest, i32.const(0)), () => {
      body.set(sum, f64.add(sum, f64.promoteF32(f32.load(at))));
      body.advance(at, 4);
      body.advance(rest, -1);
    });
    body.advance(h, 1);
  });
  return f64.add(sum, sumOfPair(f64x2.add(low, high), body));
}

/** Means of windows of 2 × 2 pixels that lie side by side inside the image. A unit of work is a row of outputs. */
export function emitAverage2x2(memory: MemoryImport): ModuleBuilder {
  const builder = new ModuleBuilder(memory);
  builder.addFunction('run', ['i32', 'i32', 'i32'], (body, args, start, end) => {
    const words = POOL_ARGUMENTS.read(body, args);
    const { W, OW, divisor } = words;
    const share = body.let(f32x4.splat(f32.convertI32S(select(divisor, divisor, i32.const(4)))));
    body.while(i32.ltU(start, end), () => {
      const { plane, top, target } = outputRow(body, words, start);
      const upper = body.let(i32.add(plane, i32.shl(i32.mul(top, W), i32.const(2))));
      const lower = body.let(i32.add(upper, i32.shl(W, i32.const(2))));
      const y = body.let(i32.add(words.y, target));
      const left = body.let(OW);
      body.while(i32.geS(left, i32.const(4)), () => {
        const low = body.let(f32x4.add(v128.load(upper), v128.load(lower)));
        const high = body.let(f32x4.add(v128.load(upper, 16), v128.load(lower, 16)));
        const even = shuffle32(low, high, [0, 2, 4, 6]);
        body.store(y, f32x4.div(f32x4.add(even, shuffle32(low, high, [1, 3, 5, 7])), share));
        for (const cursor of [upper, lower]) body.advance(cursor, 32);
        body.advance(y, 16);
        body.advance(left, -4);
      });
      body.while(left, () => {
        const column = (offset: number): Vector =>
          f32x4.add(v128.load32Splat(upper, offset), v128.load32Splat(lower, offset));
        body.store32Lane(y, f32x4.div(f32x4.add(column(0), column(4)), share), 0);
        for (const cursor of [upper, lower]) body.advance(cursor, 8);
        body.advance(y, 4);
        body.advance(left, -1);
      });
      body.advance(start, 1);
    });
  });
  return builder;
}
