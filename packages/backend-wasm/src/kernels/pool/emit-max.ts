import type { Expr } from '../../emit/expression.ts';
import { f32, i32 } from '../../emit/expression.ts';
import type { FunctionBody, Local } from '../../emit/function.ts';
import type { MemoryImport } from '../../emit/module.ts';
import { ModuleBuilder } from '../../emit/module.ts';
import { f32x4, i32x4, shuffle32, v128 } from '../../emit/vector.ts';
import type { Vector } from '../loops/each-vector.ts';
import type { OutputRow, PoolWords, VectorStride } from './windows.ts';
import {
  eachOutput,
  firstInside,
  lesserSigned,
  loadPixels,
  outputRow,
  POOL_ARGUMENTS,
  span,
} from './windows.ts';

const TIMES = (steps: readonly number[]): Vector => v128.const(new Uint8Array(Int32Array.from(steps).buffer));

/** Largest values of four windows so far, and where they stand in the plane. */
interface Best {
  readonly top: Local<'v128'>;
  readonly place: Local<'v128'>;
}

/** The first of the largest wins; of NaNs, which win over all, the last. */
function challenge(body: FunctionBody, { top, place }: Best, value: Local<'v128'>, at: Vector): void {
  const won = body.let(v128.or(f32x4.gt(value, top), f32x4.ne(value, value)));
  body.set(top, v128.bitselect(value, top, won));
  body.set(place, v128.bitselect(at, place, won));
}

/** Maxima of windows and their places. A unit of work is a row of outputs. */
export function emitMax(stride: VectorStride | null, memory: MemoryImport): ModuleBuilder {
  const builder = new ModuleBuilder(memory);
  builder.addFunction('run', ['i32', 'i32', 'i32'], (body, args, start, end) => {
    const words = POOL_ARGUMENTS.read(body, args);
    body.while(i32.ltU(start, end), () => {
      const row = outputRow(body, words, start);
      const at = (base: Local<'i32'>, j: Local<'i32'>): Expr<'i32'> =>
        i32.add(i32.add(base, row.target), i32.shl(j, i32.const(2)));
      eachOutput(
        body,
        words,
        stride,
        (j, left) => {
          const { top, place } = fourWindows(body, words, row, left, stride ?? 1);
          body.store(at(words.y, j), top);
          body.store(at(words.index, j), place);
        },
        (j, left) => {
          const { top, place } = oneWindow(body, words, row, left);
          body.store32Lane(at(words.y, j), top, 0);
          body.store32Lane(at(words.index, j), place, 0);
        },
      );
      body.advance(start, 1);
    });
  });
  return builder;
}

function fourWindows(
  body: FunctionBody,
  { W, S, dilationH, dilationW }: PoolWords,
  { plane, first, bottom }: OutputRow,
  left: Local<'i32'>,
  stride: VectorStride,
): Best {
  const h = body.let(first);
  const corner = body.let(i32.add(i32.mul(h, W), left));
  const lanes = TIMES([0, stride, 2 * stride, 3 * stride]);
  const best = {
    top: body.let(f32x4.splat(f32.const(Number.NEGATIVE_INFINITY))),
    place: body.let(i32x4.add(i32x4.splat(corner), lanes)),
  };
  const across = body.let(i32x4.splat(dilationW));
  const [at, left2] = [body.local('i32'), body.local('i32')];
  const place = body.local('v128');
  body.while(i32.ltS(h, bottom), () => {
    body.set(at, i32.add(plane, i32.shl(corner, i32.const(2))));
    body.set(place, i32x4.add(i32x4.splat(corner), lanes));
    body.set(left2, S);
    body.while(left2, () => {
      challenge(body, best, body.let(loadPixels(at, stride)), place);
      body.advance(at, i32.shl(dilationW, i32.const(2)));
      body.set(place, i32x4.add(place, across));
      body.advance(left2, -1);
    });
    body.advance(h, dilationH);
    body.advance(corner, i32.mul(dilationH, W));
  });
  return best;
}

/** One window in every lane: vectors choose without branches, which pixels would make hard to foresee. */
function oneWindow(
  body: FunctionBody,
  { W, S, dilationH, dilationW }: PoolWords,
  { plane, first, bottom }: OutputRow,
  left: Local<'i32'>,
): Best {
  const from = body.let(firstInside(left, dilationW));
  const right = body.let(lesserSigned(i32.add(left, span(S, dilationW)), W));
  const place = body.let(i32.add(i32.mul(first, W), from));
  const best = {
    top: body.let(f32x4.splat(f32.const(Number.NEGATIVE_INFINITY))),
    place: body.let(i32x4.splat(place)),
  };
  const [h, w] = [body.let(first), body.local('i32')];
  body.while(i32.ltS(h, bottom), () => {
    body.set(w, from);
    body.while(i32.ltS(w, right), () => {
      body.set(place, i32.add(i32.mul(h, W), w));
      const value = v128.load32Splat(i32.add(plane, i32.shl(place, i32.const(2))));
      challenge(body, best, body.let(value), i32x4.splat(place));
      body.advance(w, dilationW);
    });
    body.advance(h, dilationH);
  });
  return best;
}

/** Maxima of windows of 2 × 2 pixels that lie side by side inside the image. A unit of work is a row of outputs. */
export function emitMax2x2(memory: MemoryImport): ModuleBuilder {
  const builder = new ModuleBuilder(memory);
  builder.addFunction('run', ['i32', 'i32', 'i32'], (body, args, start, end) => {
    const words = POOL_ARGUMENTS.read(body, args);
    const { W, OW } = words;
    const below = body.let(i32.shl(W, i32.const(2)));
    const down = body.let(i32x4.splat(W));
    const one = body.let(TIMES([1, 1, 1, 1]));
    const steps = body.let(TIMES([0, 2, 4, 6]));
    const eight = body.let(TIMES([8, 8, 8, 8]));
    body.while(i32.ltU(start, end), () => {
      const { plane, top, target } = outputRow(body, words, start);
      const corner = body.let(i32.mul(top, W));
      const upper = body.let(i32.add(plane, i32.shl(corner, i32.const(2))));
      const lower = body.let(i32.add(upper, below));
      const [y, index] = [words.y, words.index].map((base) => body.let(i32.add(base, target)));
      const place = body.let(i32x4.add(i32x4.splat(corner), steps));
      const write = (load: (at: Expr<'i32'>) => readonly [Vector, Vector]): Best => {
        const [a, b] = load(upper);
        const [c, d] = load(lower);
        const best = { top: body.let(a), place: body.let(place) };
        const next = body.let(i32x4.add(place, one));
        challenge(body, best, body.let(b), next);
        challenge(body, best, body.let(c), i32x4.add(place, down));
        challenge(body, best, body.let(d), i32x4.add(next, down));
        return best;
      };
      const left = body.let(OW);
      body.while(i32.geS(left, i32.const(4)), () => {
        const found = write((at) => {
          const [low, high] = [body.let(v128.load(at)), body.let(v128.load(at, 16))];
          return [shuffle32(low, high, [0, 2, 4, 6]), shuffle32(low, high, [1, 3, 5, 7])];
        });
        body.store(y, found.top);
        body.store(index, found.place);
        for (const cursor of [upper, lower]) body.advance(cursor, 32);
        for (const cursor of [y, index]) body.advance(cursor, 16);
        body.set(place, i32x4.add(place, eight));
        body.advance(left, -4);
      });
      body.while(left, () => {
        const found = write((at) => [v128.load32Splat(at), v128.load32Splat(at, 4)]);
        body.store32Lane(y, found.top, 0);
        body.store32Lane(index, found.place, 0);
        for (const cursor of [upper, lower]) body.advance(cursor, 8);
        for (const cursor of [y, index]) body.advance(cursor, 4);
        body.set(place, i32x4.add(place, i32x4.add(one, one)));
        body.advance(left, -1);
      });
      body.advance(start, 1);
    });
  });
  return builder;
}
