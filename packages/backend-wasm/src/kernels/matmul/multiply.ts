import type { Expr } from '../../emit/expression.ts';
import { i32, select } from '../../emit/expression.ts';
import type { FunctionBody, Local, Procedure } from '../../emit/function.ts';
import type { MemoryImport } from '../../emit/module.ts';
import { ModuleBuilder } from '../../emit/module.ts';
import { f32x4, v128 } from '../../emit/vector.ts';

/**
 * Rows and columns of the tile that is kept in registers: 12 vectors of sums, 2 of the right factor and 1 of the left one
 * are the 15 that an engine on x64 has to give.
 */
export const TILE_ROWS = 6;
export const TILE_COLUMNS = 8;
/** Row tiles that are multiplied with one panel of columns after the other while they are in the second cache. */
const TILES_PER_BLOCK = 32;

const VECTORS = TILE_COLUMNS / 4;
const A_STEP = 4 * TILE_ROWS;
const B_STEP = 4 * TILE_COLUMNS;

/** The words of the arguments of `run`. */
export const MULTIPLY_ARGUMENTS = [
  'm',
  'n',
  'k',
  /** How much of the depth is packed side by side. */
  'blockDepth',
  'packedA',
  'packedB',
  'output',
  /** Bytes from one row of the output to the next. */
  'rowBytes',
  /** The address of the numbers that sums start from, padded to whole panels; 0 for none. */
  'bias',
] as const;

/** Sums start from 0. */
const START_AT_ZERO = 0;
/** Sums start from what the output holds. */
const START_AT_OUTPUT = 1;

/** Where sums start: the tile's code has one of these ways, because engines pair stores better in straight code. */
type Start = 'zero' | 'output' | 'row';

/** depth, a, b, output, bytes of a row, start */
type TileParams = readonly ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'];
const TILE_PARAMS: TileParams = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'];
/** rows, columns */
type EdgeParams = readonly [...TileParams, 'i32', 'i32'];

const rangeOf = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** a·b + c, rounded once where the engine can. */
function multiplyAdd(fused: boolean, a: Expr<'v128'>, b: Expr<'v128'>, c: Expr<'v128'>): Expr<'v128'> {
  return fused ? f32x4.relaxedMadd(a, b, c) : f32x4.add(f32x4.mul(a, b), c);
}

/**
 * The module that multiplies packed panels: `run(arguments, start, end)` computes the row tiles from `start` to `end` of
 * y = A·B + bias. Sums are in float32, in the order of the depth. What it reads is not what it writes, except the sums of
 * earlier blocks of the depth, which it has written itself: a tile can be computed again.
 */
export function emitMultiply(memory: MemoryImport, fused: boolean): ModuleBuilder {
  const builder = new ModuleBuilder(memory);
  const multiplyTile = emitTile(builder, fused);
  builder.addFunction('run', ['i32', 'i32', 'i32'], (body, args, start, end) => {
    const word = (name: (typeof MULTIPLY_ARGUMENTS)[number]): Local<'i32'> =>
      body.let(i32.load(args, 4 * MULTIPLY_ARGUMENTS.indexOf(name)));
    const [m, n, k, blockDepth] = [word('m'), word('n'), word('k'), word('blockDepth')];
    const [packedA, packedB, output] = [word('packedA'), word('packedB'), word('output')];
    const [rowBytes, bias] = [word('rowBytes'), word('bias')];
    const [blockEnd, at, depth, tile, column] = locals(body, 5);
    const [a, b, panelBytes, tileBytes, from] = locals(body, 5);
    // Elements of a place in the depth, over all tiles and over all panels.
    const wholeRows = body.let(padded(m, TILE_ROWS));
    const wholeColumns = body.let(padded(n, TILE_COLUMNS));
    body.while(i32.ltU(start, end), () => {
      body.set(blockEnd, lesser(i32.add(start, i32.const(TILES_PER_BLOCK)), end));
      body.set(at, i32.const(0));
      body.doWhile(i32.ltU(at, k), () => {
        body.set(depth, lesser(blockDepth, i32.sub(k, at)));
        body.set(tileBytes, i32.mul(depth, i32.const(A_STEP)));
        body.set(panelBytes, i32.mul(depth, i32.const(B_STEP)));
        body.set(b, i32.add(packedB, i32.mul(i32.mul(at, wholeColumns), i32.const(4))));
        body.set(column, i32.const(0));
        body.while(i32.ltU(column, n), () => {
          body.set(
            from,
            select(bias, i32.add(bias, i32.shl(column, i32.const(2))), i32.const(START_AT_ZERO)),
          );
          body.set(from, select(at, i32.const(START_AT_OUTPUT), from));
          body.set(tile, start);
          body.set(a, i32.add(packedA, i32.mul(i32.mul(at, wholeRows), i32.const(4))));
          body.advance(a, i32.mul(start, tileBytes));
          body.while(i32.ltU(tile, blockEnd), () => {
            const row = i32.mul(tile, i32.const(TILE_ROWS));
            const y = i32.add(output, i32.add(i32.mul(row, rowBytes), i32.shl(column, i32.const(2))));
            body.call(multiplyTile, depth, a, b, y, rowBytes, from, i32.sub(m, row), i32.sub(n, column));
            body.advance(a, tileBytes);
            body.advance(tile, 1);
          });
          body.advance(b, panelBytes);
          body.advance(column, TILE_COLUMNS);
        });
        body.advance(at, depth);
      });
      body.set(start, blockEnd);
    });
  });
  return builder;
}

const locals = (body: FunctionBody, count: number): Local<'i32'>[] =>
  rangeOf(count).map(() => body.local('i32'));

const lesser = (a: Expr<'i32'>, b: Expr<'i32'>): Expr<'i32'> => select(i32.ltU(a, b), a, b);

/** The next multiple of a tile's side. */
function padded(size: Expr<'i32'>, side: number): Expr<'i32'> {
  const sides = i32.divU(i32.add(size, i32.const(side - 1)), i32.const(side));
  return i32.mul(sides, i32.const(side));
}

/** A function for one tile: whole ones by straight code, for each way to start, those at an edge by careful code. */
function emitTile(builder: ModuleBuilder, fused: boolean): Procedure<EdgeParams> {
  const whole = (start: Start): Procedure<TileParams> =>
    builder.addFunction(`tile_${start}`, TILE_PARAMS, (body, depth, a, b, output, rowBytes, row) => {
      const sums = startingSums(body, start, output, rowBytes, row);
      accumulate(body, fused, sums, depth, a, b);
      for (const lanes of sums) {
        for (const [v, sum] of lanes.entries()) body.store(output, sum, 16 * v);
        body.advance(output, rowBytes);
      }
    });
  const [zero, present, row] = [whole('zero'), whole('output'), whole('row')];
  const edge = emitEdge(builder, fused);
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
              () => run(row),
            ),
        ),
      () => body.call(edge, depth, a, b, output, rowBytes, start, rows, columns),
    );
  });
}

type Sums = readonly (readonly Local<'v128'>[])[];

const zeros = v128.const(new Uint8Array(16));

function startingSums(
  body: FunctionBody,
  start: Start,
  output: Local<'i32'>,
  rowBytes: Local<'i32'>,
  row: Local<'i32'>,
): Sums {
  const place = body.let(output);
  return rangeOf(TILE_ROWS).map(() => {
    const lanes = rangeOf(VECTORS).map((v) => {
      if (start === 'zero') return body.let(zeros);
      return body.let(v128.load(start === 'row' ? row : place, 16 * v));
    });
    if (start === 'output') body.advance(place, rowBytes);
    return lanes;
  });
}

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
function emitEdge(builder: ModuleBuilder, fused: boolean): Procedure<EdgeParams> {
  const params: EdgeParams = [...TILE_PARAMS, 'i32', 'i32'];
  return builder.addFunction('edge', params, (body, depth, a, b, output, rowBytes, start, rows, columns) => {
    const sums = rangeOf(TILE_ROWS).map(() => rangeOf(VECTORS).map(() => body.let(zeros)));
    // A row to start from is padded to whole panels.
    body.if(i32.gtU(start, i32.const(START_AT_OUTPUT)), () => {
      for (const lanes of sums)
        for (const [v, sum] of lanes.entries()) body.set(sum, v128.load(start, 16 * v));
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
