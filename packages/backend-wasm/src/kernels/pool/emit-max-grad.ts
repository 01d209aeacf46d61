import type { Expr } from '../../emit/expression.ts';
import { f32, i32 } from '../../emit/expression.ts';
import type { FunctionBody, Local } from '../../emit/function.ts';
import type { MemoryImport } from '../../emit/module.ts';
import { ModuleBuilder } from '../../emit/module.ts';
import { i32x4, shuffle32, v128 } from '../../emit/vector.ts';
import { clear } from '../loops/clear.ts';
import type { Vector } from '../loops/each-vector.ts';
import { eachVector } from '../loops/each-vector.ts';
import { argumentWords } from '../loops/words.ts';
import type { OutputMap } from '../output-map.ts';
import { addOutputMap } from '../output-map.ts';

/** Addresses and sizes; `own` is memory of the threads, a plane for each. */
export const MAX_GRAD_ARGUMENTS = argumentWords('g', 'index', 'dx', 'H', 'W', 'OH', 'OW', 'own');

type Words = ReturnType<typeof MAX_GRAD_ARGUMENTS.read>;

/**
 * Sends gradients to where the maxima were. A unit of work is a plane. `tiled` is for sizes that windows of 2 × 2 pixels
 * side by side give: if that is what they were, whole planes are written in order; if not, they are written again.
 */
export function emitMaxGrad(tiled: boolean, memory: MemoryImport, map: OutputMap | null): ModuleBuilder {
  const builder = new ModuleBuilder(memory);
  const apply = addOutputMap(builder, map);
  builder.addFunction('run', ['i32', 'i32', 'i32', 'i32'], (body, args, start, end, thread) => {
    const words = MAX_GRAD_ARGUMENTS.read(body, args);
    const pixels = body.let(i32.mul(words.H, words.W));
    const outputs = body.let(i32.mul(words.OH, words.OW));
    const own = body.let(i32.add(words.own, i32.mul(thread, i32.shl(pixels, i32.const(2)))));
    const plane = (base: Local<'i32'>, size: Local<'i32'>): Local<'i32'> =>
      body.let(i32.add(base, i32.shl(i32.mul(start, size), i32.const(2))));
    body.while(i32.ltU(start, end), () => {
      const [g, index] = [plane(words.g, outputs), plane(words.index, outputs)];
      const dx = plane(words.dx, pixels);
      const scatter = (): void => {
        clear(body, own, i32.shl(pixels, i32.const(2)));
        scatterPlane(body, g, index, own, outputs);
        copy(body, own, dx, pixels);
      };
      if (tiled) body.if(v128.anyTrue(writeTiles(body, words, g, index, dx)), scatter);
      else scatter();
      const bytes = body.let(i32.shl(pixels, i32.const(2)));
      apply(body, dx, bytes, bytes, i32.const(1));
      body.advance(start, 1);
    });
  });
  return builder;
}

function scatterPlane(
  body: FunctionBody,
  g: Expr<'i32'>,
  index: Expr<'i32'>,
  target: Local<'i32'>,
  outputs: Local<'i32'>,
): void {
  const [from, place, left] = [body.let(g), body.let(index), body.let(outputs)];
  const at = body.local('i32');
  body.while(left, () => {
    body.set(at, i32.add(target, i32.shl(i32.load(place), i32.const(2))));
    body.store(at, f32.add(f32.load(at), f32.load(from)));
    for (const cursor of [from, place]) body.advance(cursor, 4);
    body.advance(left, -1);
  });
}

function copy(body: FunctionBody, source: Local<'i32'>, target: Local<'i32'>, count: Local<'i32'>): void {
  const [from, to] = [body.let(source), body.let(target)];
  eachVector(body, count, [from, to], 4, ({ offsets, load, store }) => {
    const values = offsets.map((at) => body.let(load(from, at)));
    for (const [i, at] of offsets.entries()) store(to, values[i], at);
  });
}

/** Writes a plane tile by tile. Not 0 where a gradient belongs outside of its tile. */
function writeTiles(
  body: FunctionBody,
  { W, OH, OW }: Words,
  g: Local<'i32'>,
  index: Local<'i32'>,
  dx: Local<'i32'>,
): Local<'v128'> {
  const strange = body.let(i32x4.splat(i32.const(0)));
  const [from, place, upper] = [body.let(g), body.let(index), body.let(dx)];
  const below = body.let(i32.shl(W, i32.const(2)));
  const lower = body.let(i32.add(upper, below));
  const constant = (lanes: readonly number[]): Local<'v128'> =>
    body.let(v128.const(new Uint8Array(Int32Array.from(lanes).buffer)));
  const one = constant([1, 1, 1, 1]);
  const down = body.let(i32x4.splat(W));
  const corners = constant([0, 2, 4, 6]);
  const [rows, left] = [body.let(OH), body.local('i32')];
  const row = body.let(i32.const(0));
  body.while(rows, () => {
    const corner = body.let(i32x4.add(i32x4.splat(row), corners));
    const tile = (load: (at: Expr<'i32'>) => Vector): Vector[] => {
      const [gradient, found] = [body.let(load(from)), body.let(load(place))];
      const right = body.let(i32x4.add(corner, one));
      const hits = [corner, right, i32x4.add(corner, down), i32x4.add(right, down)].map((at) =>
        body.let(i32x4.eq(found, at)),
      );
      const [a, b, c, d] = hits;
      body.set(strange, v128.or(strange, v128.not(v128.or(v128.or(a, b), v128.or(c, d)))));
      return hits.map((hit) => body.let(v128.and(gradient, hit)));
    };
    body.set(left, OW);
    body.while(i32.geS(left, i32.const(4)), () => {
      const [a, b, c, d] = tile(v128.load);
      body.store(upper, shuffle32(a, b, [0, 4, 1, 5]));
      body.store(upper, shuffle32(a, b, [2, 6, 3, 7]), 16);
      body.store(lower, shuffle32(c, d, [0, 4, 1, 5]));
      body.store(lower, shuffle32(c, d, [2, 6, 3, 7]), 16);
      for (const cursor of [from, place]) body.advance(cursor, 16);
      for (const cursor of [upper, lower]) body.advance(cursor, 32);
      body.set(corner, i32x4.add(corner, i32x4.splat(i32.const(8))));
      body.advance(left, -4);
    });
    body.while(left, () => {
      const [a, b, c, d] = tile(v128.load32Splat);
      body.store32Lane(upper, a, 0);
      body.store32Lane(upper, b, 0, 4);
      body.store32Lane(lower, c, 0);
      body.store32Lane(lower, d, 0, 4);
      for (const cursor of [from, place]) body.advance(cursor, 4);
      for (const cursor of [upper, lower]) body.advance(cursor, 8);
      body.set(corner, i32x4.add(corner, i32x4.add(one, one)));
      body.advance(left, -1);
    });
    for (const cursor of [upper, lower]) body.advance(cursor, below);
    body.advance(row, i32.shl(W, i32.const(1)));
    body.advance(rows, -1);
  });
  return strange;
}
