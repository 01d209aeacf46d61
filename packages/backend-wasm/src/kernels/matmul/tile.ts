import type { Expr } from '../../emit/expression.ts';
import { i32 } from '../../emit/expression.ts';
import type { FunctionBody, Local, Procedure } from '../../emit/function.ts';
import type { ModuleBuilder } from '../../emit/module.ts';
import { f32x4, v128 } from '../../emit/vector.ts';
import { rangeOf } from '../loops/integers.ts';

/**
 * Rows and columns of the tile that is kept in registers: 12 vectors of sums, 2 of the right factor and 1 of the left one
 * are the 15 that an engine on x64 has to give.
 */
export const TILE_ROWS = 6;
export const TILE_COLUMNS = 8;

const VECTORS = TILE_COLUMNS / 4;
const A_STEP = 4 * TILE_ROWS;
const B_STEP = 4 * TILE_COLUMNS;

/** Sums start from 0. */
export const START_AT_ZERO = 0;
/** Sums are added to what the output holds. */
export const START_AT_OUTPUT = 1;

/** Where sums start: the tile's code has one of these ways, because engines pair stores better in straight code. */
type Start = 'zero' | 'output' | 'bias';

/** Whether a bias holds a number for each column of the output, or for each row. */
export type BiasAlong = 'columns' | 'rows';

/** depth, a, b, output, bytes of a row, start */
type TileParams = readonly ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'];
const TILE_PARAMS: TileParams = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'];
/** rows, columns */
type EdgeParams = readonly [...TileParams, 'i32', 'i32'];

/** a·b + c, rounded once where the engine can. */
export function multiplyAdd(fused: boolean, a: Expr<'v128'>, b: Expr<'v128'>, c: Expr<'v128'>): Expr<'v128'> {
  return fused ? f32x4.relaxedMadd(a, b, c) : f32x4.add(f32x4.mul(a, b), c);
}

/**
 * A function that multiplies packed panels into one tile: `tile(depth, a, b, output, rowBytes, start, rows, columns)`.
 * `start` is {@link START_AT_ZERO}, {@link START_AT_OUTPUT}, or the address of the bias of the tile, padded to its sides.
 * Whole tiles run straight code, for each way to start, those at an edge careful code.
 */
export function emitTile(builder: ModuleBuilder, fused: boolean, along: BiasAlong): Procedure<EdgeParams> {
  const whole = (start: Start): Procedure<TileParams> =>
    builder.addFunction(`tile_${start}`, TILE_PARAMS, (body, depth, a, b, output, rowBytes, bias) => {
      const sums = startingSums(body, start, bias, along);
      accumulate(body, fused, sums, depth, a, b);
      if (start === 'output') addOutput(body, sums, output, rowBytes);
      for (const lanes of sums) {
        for (const [v, sum] of lanes.entries()) body.store(output, sum, 16 * v);
        body.advance(output, rowBytes);
      }
    });
  const [zero, present, biased] = [whole('zero'), whole('output'), whole('bias')];
  const edge = emitEdge(builder, fused, along);
  const params: EdgeParams = [...TILE_PARAMS, 'i32', 'i32'];
  return builder.addFunction('tile', params, (body, depth, a, b, output, rowBytes, start, rows, columns) => {
    const isWhole = i32.and(i32.geU(rows, i32.const(TILE_ROWS)), i32.geU(columns, i32.const(TILE_COLUMNS)));
    const run = (fn: Procedure<TileParams>): void => body.call(fn, depth, a, b, output, rowBytes, start);
    body.if(
      isWhole,
      () =>
        body.if(
          i32.eqz(start),
          () => run(zero),
          () =>
            body.if(
              i32.eq(start, i32.const(START_AT_OUTPUT)),
              () => run(present),
              () => run(biased),
            ),
        ),
      () => body.call(edge, depth, a, b, output, rowBytes, start, rows, columns),
    );
  });
}

type Sums = readonly (readonly Local<'v128'>[])[];

const zeros = v128.const(new Uint8Array(16));

function startingSums(body: FunctionBody, start: Start, bias: Local<'i32'>, along: BiasAlong): Sums {
  return rangeOf(TILE_ROWS).map((row) =>
    rangeOf(VECTORS).map((v) => body.let(start === 'bias' ? biasOf(bias, along, row, v) : zeros)),
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
  sums: Sums,
  depth: Local<'i32'>,
  a: Local<'i32'>,
  b: Local<'i32'>,
): void {
  const right = rangeOf(VECTORS).map(() => body.local('v128'));
  const left = body.local('v128');
  body.while(depth, () => {
    for (const [v, lanes] of right.entries()) body.set(lanes, v128.load(b, 16 * v));
    for (const [i, lanes] of sums.entries()) {
      body.set(left, v128.load32Splat(a, 4 * i));
      for (const [v, sum] of lanes.entries())
        body.set(sum, multiplyAdd(fused, left, right[v] as Local<'v128'>, sum));
    }
    body.advance(a, A_STEP);
    body.advance(b, B_STEP);
    body.advance(depth, -1);
  });
}

/** A tile at the right or lower edge: panels are padded with zeros, so only loads and stores look at the edge. */
function emitEdge(builder: ModuleBuilder, fused: boolean, along: BiasAlong): Procedure<EdgeParams> {
  const params: EdgeParams = [...TILE_PARAMS, 'i32', 'i32'];
  return builder.addFunction('edge', params, (body, depth, a, b, output, rowBytes, start, rows, columns) => {
    const sums = rangeOf(TILE_ROWS).map(() => rangeOf(VECTORS).map(() => body.let(zeros)));
    body.if(i32.gtU(start, i32.const(START_AT_OUTPUT)), () => {
      for (const [i, lanes] of sums.entries())
        for (const [v, sum] of lanes.entries()) body.set(sum, biasOf(start, along, i, v));
    });
    accumulate(body, fused, sums, depth, a, b);
    for (const [i, lanes] of sums.entries()) {
      body.if(i32.gtU(rows, i32.const(i)), () => {
        for (let column = 0; column < TILE_COLUMNS; column++) {
          const sum = lanes[column >> 2] as Local<'v128'>;
          body.if(i32.gtU(columns, i32.const(column)), () => {
            body.if(i32.eq(start, i32.const(START_AT_OUTPUT)), () =>
              body.set(sum, f32x4.add(sum, laneOf(output, column))),
            );
            body.store32Lane(output, sum, column & 3, 4 * column);
          });
        }
        body.advance(output, rowBytes);
      });
    }
  });
}

/** The number at a column, in its lane, and zeros in those that were stored or are still to come. */
function laneOf(output: Expr<'i32'>, column: number): Expr<'v128'> {
  const mask = new Uint8Array(16).fill(255, 4 * (column & 3), 4 * (column & 3) + 4);
  return v128.and(v128.load32Splat(output, 4 * column), v128.const(mask));
}
