import type { Expr } from '../../emit/expression.ts';
import { f32, i32 } from '../../emit/expression.ts';
import type { FunctionBody, Local, Procedure } from '../../emit/function.ts';
import type { ModuleBuilder } from '../../emit/module.ts';
import { shuffle32, v128 } from '../../emit/vector.ts';
import { integers, lesser, padded, rangeOf } from '../loops/integers.ts';
import { transpose } from '../loops/vectors.ts';
import type { RangeParams } from '../loops/words.ts';
import { argumentWords, RANGE_PARAMS } from '../loops/words.ts';
import type { Tile } from './tile.ts';
import { TILE_ROWS } from './tile.ts';

/** Strides are in bytes. */
export const PACK_ARGUMENTS = argumentWords(
  'm',
  'n',
  'k',
  /** How much of the depth is packed side by side. */
  'blockDepth',
  'a',
  'aRow',
  'aColumn',
  'b',
  'bRow',
  'bColumn',
  'packedA',
  'packedB',
  'tiles',
);

/** A matrix to pack. */
interface Factor {
  readonly size: Local<'i32'>;
  /** Rows or columns of a tile. */
  readonly side: number;
  readonly address: Local<'i32'>;
  readonly across: Local<'i32'>;
  readonly along: Local<'i32'>;
  readonly packed: Local<'i32'>;
}

/** What lies side by side in a panel, and how far apart in the matrix. */
interface PanelSource {
  /** The address of the first element. */
  readonly from: Expr<'i32'>;
  /** Bytes to the next element of the same place in the depth. */
  readonly across: Local<'i32'>;
  /** Bytes to the next place in the depth. */
  readonly along: Local<'i32'>;
  /** How many there are; the rest of the panel is zeros. */
  readonly width: Local<'i32'>;
}

/**
 * Adds a function that packs both factors: `(arguments, start, end)` fills the panels from `start` to `end`, those of the
 * left factor first. A panel holds, for each place in the depth, the elements of one tile's rows or columns, so that the
 * product reads it in order; views are read where they lie.
 */
export function addPack(builder: ModuleBuilder, name: string, { columns }: Tile): Procedure<RangeParams> {
  return builder.addFunction(name, RANGE_PARAMS, (body, args, start, end) => {
    const words = PACK_ARGUMENTS.read(body, args);
    const { k, blockDepth, tiles } = words;
    const left: Factor = {
      size: words.m,
      side: TILE_ROWS,
      address: words.a,
      across: words.aRow,
      along: words.aColumn,
      packed: words.packedA,
    };
    const right: Factor = {
      size: words.n,
      side: columns,
      address: words.b,
      across: words.bColumn,
      along: words.bRow,
      packed: words.packedB,
    };
    body.while(i32.ltU(start, end), () => {
      body.if(
        i32.ltU(start, tiles),
        () => packBlocks(body, left, start, k, blockDepth),
        () => packBlocks(body, right, body.let(i32.sub(start, tiles)), k, blockDepth),
      );
      body.advance(start, 1);
    });
  });
}

/** Packs the panel of a tile for every block of the depth. */
function packBlocks(
  body: FunctionBody,
  { size, side, address, across, along, packed }: Factor,
  panel: Local<'i32'>,
  k: Local<'i32'>,
  blockDepth: Local<'i32'>,
): void {
  const first = body.let(i32.mul(panel, i32.const(side)));
  const width = body.let(i32.sub(size, first));
  const perPlace = body.let(i32.shl(padded(size, side), i32.const(2)));
  const source = body.let(i32.add(address, i32.mul(first, across)));
  const [at, depth, to] = [body.let(i32.const(0)), body.local('i32'), body.local('i32')];
  body.while(i32.ltU(at, k), () => {
    body.set(depth, lesser(blockDepth, i32.sub(k, at)));
    body.set(
      to,
      i32.add(packed, i32.add(i32.mul(at, perPlace), i32.mul(first, i32.shl(depth, i32.const(2))))),
    );
    const from = i32.add(source, i32.mul(at, along));
    packPanel(body, { from, across, along, width }, to, depth, side);
    body.advance(at, depth);
  });
}

/**
 * Fills a panel: by vectors where its elements lie side by side in the matrix, by turned vectors where those of each row
 * do, else element by element.
 */
function packPanel(
  body: FunctionBody,
  { from, across, along, width }: PanelSource,
  to: Local<'i32'>,
  depth: Local<'i32'>,
  size: number,
): void {
  const isWhole = i32.geU(width, i32.const(size));
  const source = body.let(from);
  body.if(
    i32.and(i32.eq(across, i32.const(4)), isWhole),
    () => packDense(body, source, along, to, depth, size),
    () =>
      body.if(
        i32.and(i32.eq(along, i32.const(4)), isWhole),
        () => packTurned(body, source, across, to, depth, size),
        () => {
          for (let i = 0; i < size; i++) {
            body.if(
              i32.gtU(width, i32.const(i)),
              () => packRow(body, source, along, to, depth, size, i),
              () => padRow(body, to, depth, size, i),
            );
            body.advance(source, across);
          }
        },
      ),
  );
}

/** All places of the depth, whose elements lie side by side. */
function packDense(
  body: FunctionBody,
  source: Local<'i32'>,
  along: Local<'i32'>,
  to: Local<'i32'>,
  depth: Local<'i32'>,
  size: number,
): void {
  const left = body.let(depth);
  body.while(left, () => {
    const parts = rangeOf(size >> 2).map((v) => body.let(v128.load(source, 16 * v)));
    const rest = size % 4 === 2 ? body.let(v128.load64Zero(source, 4 * size - 8)) : null;
    for (const [v, part] of parts.entries()) body.store(to, part, 16 * v);
    if (rest) body.store64Lane(to, rest, 0, 4 * size - 8);
    body.advance(source, along);
    body.advance(to, 4 * size);
    body.advance(left, -1);
  });
}

/** All places of the depth, of rows whose elements lie side by side: four places at a time. */
function packTurned(
  body: FunctionBody,
  source: Local<'i32'>,
  across: Local<'i32'>,
  to: Local<'i32'>,
  depth: Local<'i32'>,
  size: number,
): void {
  const left = body.let(depth);
  const rows = integers(body, size);
  rows.forEach((row, i) => {
    body.set(row, i === 0 ? source : i32.add(rows[i - 1] as Local<'i32'>, across));
  });
  const place = 4 * size;
  body.while(i32.geU(left, i32.const(4)), () => {
    for (const group of rangeOf(size >> 2)) {
      const vectors = rows.slice(4 * group, 4 * group + 4).map((row) => body.let(v128.load(row)));
      for (const [i, turned] of transpose(body, vectors).entries())
        body.store(to, turned, place * i + 16 * group);
    }
    if (size % 4 === 2) {
      const [a, b] = rows.slice(-2).map((row) => body.let(v128.load(row))) as [Local<'v128'>, Local<'v128'>];
      const pairs = [body.let(shuffle32(a, b, [0, 4, 1, 5])), body.let(shuffle32(a, b, [2, 6, 3, 7]))];
      for (const i of rangeOf(4))
        body.store64Lane(to, pairs[i >> 1] as Local<'v128'>, i & 1, place * i + place - 8);
    }
    for (const row of rows) body.advance(row, 16);
    body.advance(to, 4 * place);
    body.advance(left, -4);
  });
  body.while(left, () => {
    for (const [i, row] of rows.entries()) {
      body.store(to, f32.load(row), 4 * i);
      body.advance(row, 4);
    }
    body.advance(to, place);
    body.advance(left, -1);
  });
}

/** One row of the panel, element by element. */
function packRow(
  body: FunctionBody,
  source: Local<'i32'>,
  along: Local<'i32'>,
  to: Local<'i32'>,
  depth: Local<'i32'>,
  size: number,
  row: number,
): void {
  const [place, target, left] = [body.let(source), body.let(to), body.let(depth)];
  body.while(left, () => {
    body.store(target, f32.load(place), 4 * row);
    body.advance(place, along);
    body.advance(target, 4 * size);
    body.advance(left, -1);
  });
}

/** Zeros in place of a row that the matrix does not have. */
function padRow(body: FunctionBody, to: Local<'i32'>, depth: Local<'i32'>, size: number, row: number): void {
  const [target, left] = [body.let(to), body.let(depth)];
  body.while(left, () => {
    body.store(target, f32.const(0), 4 * row);
    body.advance(target, 4 * size);
    body.advance(left, -1);
  });
}
