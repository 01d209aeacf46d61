import type { Expr } from '../../emit/expression.ts';
import { f32, i32 } from '../../emit/expression.ts';
import type { FunctionBody, Local, Procedure } from '../../emit/function.ts';
import type { ModuleBuilder } from '../../emit/module.ts';
import { f32x4, v128 } from '../../emit/vector.ts';
import { integers, lesser, rangeOf } from '../loops/integers.ts';
import { zeros } from '../loops/vectors.ts';

/** The part of a product that is kept in registers while the depth goes by. */
export interface Tile {
  readonly columns: number;
  /** Places of the depth in one turn of the loop. */
  readonly unroll: number;
}

/** Rows of a tile: with two vectors each, 12 of sums; 2 of the right factor and 1 of the left make the 15 that x64 can give. */
export const TILE_ROWS = 6;
/** Two vectors of 128 bits. */
export const NARROW_TILE: Tile = { columns: 8, unroll: 1 };
/** Two vectors of 256 bits, for engines that make one of two neighbours of 128. */
export const WIDE_TILE: Tile = { columns: 16, unroll: 4 };

/** Bytes of a tile as it lies in memory when it is at an edge. */
export const tileBytes = ({ columns }: Tile): number => 4 * TILE_ROWS * columns;

/** Sums start from 0. */
export const START_AT_ZERO = 0;
/** Sums are added to what the output holds. */
export const START_AT_OUTPUT = 1;

/** Where sums start: the tile's code has one of these ways, because engines pair stores better in straight code. */
type Start = 'zero' | 'output' | 'bias';

/** Whether a bias holds a number for each column of the output, or for each row. */
export type BiasAlong = 'columns' | 'rows';

/** depth, a, b, output, bytes of a row, start */
type WholeParams = readonly ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'];
const WHOLE_PARAMS: WholeParams = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'];
/** rows, columns, where to compute what is not whole */
export type TileParams = readonly [...WholeParams, 'i32', 'i32', 'i32'];
const TILE_PARAMS: TileParams = [...WHOLE_PARAMS, 'i32', 'i32', 'i32'];

/** a·b + c, rounded once where the engine can. */
export function multiplyAdd(fused: boolean, a: Expr<'v128'>, b: Expr<'v128'>, c: Expr<'v128'>): Expr<'v128'> {
  return fused ? f32x4.relaxedMadd(a, b, c) : f32x4.add(f32x4.mul(a, b), c);
}

/**
 * A function that multiplies packed panels into one tile: `tile(depth, a, b, output, rowBytes, start, rows, columns,
 * edge)`. `start` is {@link START_AT_ZERO}, {@link START_AT_OUTPUT}, or the address of the bias of the tile, padded to its
 * sides. Panels are padded, so a tile that is not whole is computed whole at `edge`, and what counts is copied.
 */
export function emitTile(
  builder: ModuleBuilder,
  fused: boolean,
  tile: Tile,
  along: BiasAlong,
): Procedure<TileParams> {
  const whole = (start: Start): Procedure<WholeParams> =>
    builder.addFunction(`tile_${start}`, WHOLE_PARAMS, (body, depth, a, b, output, rowBytes, bias) => {
      const sums = startingSums(body, tile, start, bias, along);
      accumulate(body, fused, tile, sums, depth, a, b);
      if (start === 'output') addOutput(body, sums, output, rowBytes);
      for (const lanes of sums) {
        for (const [v, sum] of lanes.entries()) body.store(output, sum, 16 * v);
        body.advance(output, rowBytes);
      }
    });
  const [zero, present, biased] = [whole('zero'), whole('output'), whole('bias')];
  const any = builder.addFunction('any', WHOLE_PARAMS, (body, depth, a, b, output, rowBytes, start) => {
    const run = (fn: Procedure<WholeParams>): void => body.call(fn, depth, a, b, output, rowBytes, start);
    body.if(
      i32.eqz(start),
      () => run(zero),
      () =>
        body.if(
          i32.eq(start, i32.const(START_AT_OUTPUT)),
          () => run(present),
          () => run(biased),
        ),
    );
  });
  const copy = emitCopy(builder);
  const [height, width, pitch] = [TILE_ROWS, tile.columns, 4 * tile.columns].map(i32.const) as [
    Expr<'i32'>,
    Expr<'i32'>,
    Expr<'i32'>,
  ];
  return builder.addFunction(
    'tile',
    TILE_PARAMS,
    (body, depth, a, b, output, rowBytes, start, rows, columns, edge) => {
      body.if(
        i32.and(i32.geU(rows, height), i32.geU(columns, width)),
        () => body.call(any, depth, a, b, output, rowBytes, start),
        () => {
          body.set(rows, lesser(rows, height));
          body.set(columns, lesser(columns, width));
          body.if(i32.eq(start, i32.const(START_AT_OUTPUT)), () =>
            body.call(copy, output, rowBytes, edge, pitch, rows, columns),
          );
          body.call(any, depth, a, b, edge, pitch, start);
          body.call(copy, edge, pitch, output, rowBytes, rows, columns);
        },
      );
    },
  );
}

/** A function that copies rows of numbers: from, bytes of a row there, to, bytes of a row there, rows, columns. */
function emitCopy(builder: ModuleBuilder): Procedure<WholeParams> {
  return builder.addFunction('copy', WHOLE_PARAMS, (body, from, fromBytes, to, toBytes, rows, columns) => {
    const [place, target, left] = integers(body, 3);
    body.while(rows, () => {
      body.set(place, from);
      body.set(target, to);
      body.set(left, columns);
      body.while(left, () => {
        body.store(target, f32.load(place));
        body.advance(place, 4);
        body.advance(target, 4);
        body.advance(left, -1);
      });
      body.advance(from, fromBytes);
      body.advance(to, toBytes);
      body.advance(rows, -1);
    });
  });
}

type Sums = readonly (readonly Local<'v128'>[])[];

function startingSums(
  body: FunctionBody,
  { columns }: Tile,
  start: Start,
  bias: Local<'i32'>,
  along: BiasAlong,
): Sums {
  return rangeOf(TILE_ROWS).map((row) =>
    rangeOf(columns / 4).map((v) => body.let(start === 'bias' ? biasOf(bias, along, row, v) : zeros)),
  );
}

/** Adds what the output holds at the end, so that long sums are sums of the blocks' sums: fewer roundings add up. */
function addOutput(body: FunctionBody, sums: Sums, output: Local<'i32'>, rowBytes: Local<'i32'>): void {
  const place = body.let(output);
  for (const lanes of sums) {
    for (const [v, sum] of lanes.entries()) body.set(sum, f32x4.add(v128.load(place, 16 * v), sum));
    body.advance(place, rowBytes);
  }
}

const biasOf = (bias: Expr<'i32'>, along: BiasAlong, row: number, v: number): Expr<'v128'> =>
  along === 'rows' ? v128.load32Splat(bias, 4 * row) : v128.load(bias, 16 * v);

/** Adds the products over the depth: the factors of the right, then row by row one of the left with its sums. */
function accumulate(
  body: FunctionBody,
  fused: boolean,
  { columns, unroll }: Tile,
  sums: Sums,
  depth: Local<'i32'>,
  a: Local<'i32'>,
  b: Local<'i32'>,
): void {
  const right = rangeOf(columns / 4).map(() => body.local('v128'));
  const left = body.local('v128');
  const places = (count: number): void => {
    for (const place of rangeOf(count)) {
      for (const [v, lanes] of right.entries()) body.set(lanes, v128.load(b, 4 * columns * place + 16 * v));
      for (const [i, lanes] of sums.entries()) {
        body.set(left, v128.load32Splat(a, 4 * (TILE_ROWS * place + i)));
        for (const [v, sum] of lanes.entries())
          body.set(sum, multiplyAdd(fused, left, right[v] as Local<'v128'>, sum));
      }
    }
    body.advance(a, 4 * TILE_ROWS * count);
    body.advance(b, 4 * columns * count);
    body.advance(depth, -count);
  };
  if (unroll > 1) body.while(i32.geU(depth, i32.const(unroll)), () => places(unroll));
  body.while(depth, () => places(1));
}
