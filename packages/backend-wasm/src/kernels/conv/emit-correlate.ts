import type { Expr } from '../../emit/expression.ts';
import { f32, i32, select } from '../../emit/expression.ts';
import type { FunctionBody, Local, Procedure } from '../../emit/function.ts';
import type { MemoryImport } from '../../emit/module.ts';
import { ModuleBuilder } from '../../emit/module.ts';
import { v128 } from '../../emit/vector.ts';
import { integers, lesser, partsOf, rangeOf } from '../loops/integers.ts';
import { argumentWords } from '../loops/words.ts';
import type { Tile } from '../matmul/tile.ts';
import { emitTile, START_AT_OUTPUT, START_AT_ZERO, TILE_ROWS, tileBytes } from '../matmul/tile.ts';
import type { OutputMap } from '../output-map.ts';
import { addOutputMap } from '../output-map.ts';

/** Strides are in bytes. */
export const CORRELATE_ARGUMENTS = argumentWords(
  'source',
  'sourceImage',
  'sourcePlane',
  /** From the source of one output pixel to that of the next, down and to the right. */
  'stepY',
  'stepX',
  /** Channels of a group. */
  'channels',
  /** How many channels are packed side by side. */
  'blockChannels',
  'taps',
  'tapCount',
  /** The output's width and number of pixels. */
  'columns',
  'pixels',
  /** Output pixels of a unit of work, and how many units make an image of one group. */
  'bandPixels',
  'bands',
  'groups',
  'filters',
  /** Output channels of a group. */
  'rows',
  /** The bias of all groups, each padded to whole tiles; 0 for none. */
  'bias',
  'target',
  'targetImage',
  'targetPlane',
  'targetRow',
  'targetColumn',
  'scratch',
  'scratchBytes',
);

type Words = ReturnType<typeof CORRELATE_ARGUMENTS.read>;

/**
 * The module that correlates planes with filters, `y[row, pixel] = bias[row] + Σ filter[row, channel, tap] ·
 * source[channel, pixel + tap]`, as a product of packed panels: `run(arguments, start, end, thread)` does the bands of
 * pixels from `start` to `end`. The pixels that a few channels' taps see are packed into the second cache, never for the
 * whole image. Output pixels lie side by side, or, `scattered`, apart; the former go through a map, if there is one.
 */
export function emitCorrelate(
  memory: MemoryImport,
  fused: boolean,
  shape: Tile,
  scattered: boolean,
  map: OutputMap | null,
): ModuleBuilder {
  const builder = new ModuleBuilder(memory);
  const apply = addOutputMap(builder, scattered ? null : map);
  const tile = emitTile(builder, fused, shape, 'rows');
  const packPanel = emitPackPanel(builder, shape);
  const scatter = scattered ? emitScatter(builder, shape) : null;
  const columnBytes = 4 * shape.columns;
  builder.addFunction('run', ['i32', 'i32', 'i32', 'i32'], (body, args, start, end, thread) => {
    const words = CORRELATE_ARGUMENTS.read(body, args);
    const { channels, tapCount, pixels, rows } = words;
    const [image, group, pixel, last, source, target] = integers(body, 6);
    const [channel, block, depth, at, panels, row, a, b, from, column] = integers(body, 10);
    const scratch = body.let(i32.add(words.scratch, i32.mul(thread, words.scratchBytes)));
    const panel0 = body.let(i32.add(scratch, i32.const(tileBytes(shape))));
    const stripBytes = body.let(i32.mul(i32.mul(channels, tapCount), i32.const(4 * TILE_ROWS)));
    const tiles = body.let(partsOf(rows, TILE_ROWS));

    const eachTile = (): void => {
      body.set(row, i32.const(0));
      body.set(a, words.filters);
      body.advance(a, i32.mul(i32.mul(group, tiles), stripBytes));
      body.advance(a, i32.mul(i32.mul(channel, tapCount), i32.const(4 * TILE_ROWS)));
      body.while(i32.ltU(row, rows), () => {
        const padded = i32.add(i32.mul(i32.mul(group, tiles), i32.const(TILE_ROWS)), row);
        const bias = i32.add(words.bias, i32.shl(padded, i32.const(2)));
        body.set(from, select(words.bias, bias, i32.const(START_AT_ZERO)));
        const rowsLeft = i32.sub(rows, row);
        const columnsLeft = i32.sub(last, column);
        if (scatter) {
          const whole = [i32.const(TILE_ROWS), i32.const(shape.columns)] as const;
          body.call(tile, depth, a, b, scratch, i32.const(columnBytes), from, ...whole, scratch);
          const plane = i32.add(target, i32.mul(row, words.targetPlane));
          body.call(scatter, scratch, plane, column, rowsLeft, columnsLeft, args);
        } else {
          body.set(from, select(channel, i32.const(START_AT_OUTPUT), from));
          const y = i32.add(target, i32.add(i32.mul(row, words.targetPlane), i32.shl(column, i32.const(2))));
          body.call(tile, depth, a, b, y, words.targetPlane, from, rowsLeft, columnsLeft, scratch);
        }
        body.advance(a, stripBytes);
        body.advance(row, TILE_ROWS);
      });
    };

    body.while(i32.ltU(start, end), () => {
      body.set(image, i32.divU(start, words.bands));
      body.set(pixel, i32.mul(i32.sub(start, i32.mul(image, words.bands)), words.bandPixels));
      body.set(group, image);
      body.set(image, i32.divU(image, words.groups));
      body.set(group, i32.sub(group, i32.mul(image, words.groups)));
      body.set(last, lesser(i32.add(pixel, words.bandPixels), pixels));
      body.set(source, i32.add(words.source, i32.mul(image, words.sourceImage)));
      body.advance(source, i32.mul(i32.mul(group, channels), words.sourcePlane));
      body.set(target, i32.add(words.target, i32.mul(image, words.targetImage)));
      body.advance(target, i32.mul(i32.mul(group, rows), words.targetPlane));
      body.set(channel, i32.const(0));
      body.doWhile(i32.ltU(channel, channels), () => {
        body.set(block, lesser(words.blockChannels, i32.sub(channels, channel)));
        body.set(depth, i32.mul(block, tapCount));
        body.set(panels, i32.mul(depth, i32.const(columnBytes)));
        body.set(at, i32.add(source, i32.mul(channel, words.sourcePlane)));
        body.set(b, panel0);
        body.set(column, pixel);
        body.while(i32.ltU(column, last), () => {
          body.call(packPanel, at, column, block, b, args);
          eachTile();
          body.advance(column, shape.columns);
        });
        body.advance(channel, block);
      });
      const first = i32.add(target, i32.shl(pixel, i32.const(2)));
      apply(body, first, i32.shl(i32.sub(last, pixel), i32.const(2)), words.targetPlane, rows);
      body.advance(start, 1);
    });
  });
  return builder;
}

/** Where each of a panel's pixels lies, in bytes from the first one of all. Beyond the last pixel the last is repeated. */
function pixelOffsets(
  body: FunctionBody,
  words: Words,
  pixel: Local<'i32'>,
  { columns: count }: Tile,
): Local<'i32'>[] {
  const { columns, pixels, stepX, stepY } = words;
  const y = body.let(i32.divU(pixel, columns));
  const x = body.let(i32.sub(pixel, i32.mul(y, columns)));
  const at = body.let(pixel);
  const more = body.local('i32');
  return rangeOf(count).map(() => {
    const offset = body.let(i32.add(i32.mul(y, stepY), i32.mul(x, stepX)));
    body.set(more, i32.ltU(i32.add(at, i32.const(1)), pixels));
    body.advance(at, more);
    body.advance(x, more);
    body.if(i32.eq(x, columns), () => {
      body.set(x, i32.const(0));
      body.advance(y, 1);
    });
    return offset;
  });
}

/** source of the block's first channel, first pixel, channels, target, arguments */
type PackParams = readonly ['i32', 'i32', 'i32', 'i32', 'i32'];

/** A function that packs what a tile's pixels see: by vectors where four of them lie side by side, else one by one. */
function emitPackPanel(builder: ModuleBuilder, shape: Tile): Procedure<PackParams> {
  const params: PackParams = ['i32', 'i32', 'i32', 'i32', 'i32'];
  return builder.addFunction('pack', params, (body, source, pixel, channels, to, args) => {
    const words = CORRELATE_ARGUMENTS.read(body, args);
    const offsets = pixelOffsets(body, words, pixel, shape);
    const [tap, place] = integers(body, 2);
    const last = body.let(i32.add(words.taps, i32.shl(words.tapCount, i32.const(2))));
    const eachTap = (write: (place: Local<'i32'>) => void): void =>
      body.while(channels, () => {
        body.set(tap, words.taps);
        body.while(i32.ltU(tap, last), () => {
          body.set(place, i32.add(source, i32.load(tap)));
          write(place);
          body.advance(to, 4 * shape.columns);
          body.advance(tap, 4);
        });
        body.advance(source, words.sourcePlane);
        body.advance(channels, -1);
      });
    const isRun = (first: number): Expr<'i32'> =>
      i32.eq(i32.sub(offsets[first + 3] as Expr<'i32'>, offsets[first] as Expr<'i32'>), i32.const(12));
    const starts = rangeOf(shape.columns / 4).map((v) => 4 * v);
    body.if(
      starts.map(isRun).reduce(i32.and),
      () =>
        eachTap((at) => {
          const vectors = starts.map((first) =>
            body.let(v128.load(i32.add(at, offsets[first] as Expr<'i32'>))),
          );
          for (const [v, vector] of vectors.entries()) body.store(to, vector, 16 * v);
        }),
      () =>
        eachTap((at) => {
          for (const [i, offset] of offsets.entries()) body.store(to, f32.load(i32.add(at, offset)), 4 * i);
        }),
    );
  });
}

/** tile, target plane of the first row, first pixel, rows and pixels that are left, arguments */
type ScatterParams = readonly ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'];

/** A function that writes a tile's pixels where they belong. */
function emitScatter(builder: ModuleBuilder, shape: Tile): Procedure<ScatterParams> {
  const params: ScatterParams = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'];
  return builder.addFunction('scatter', params, (body, tile, target, pixel, rows, pixels, args) => {
    const { columns, targetRow, targetColumn, targetPlane } = CORRELATE_ARGUMENTS.read(body, args);
    const [y, to, row, left, from] = integers(body, 5);
    body.set(rows, lesser(rows, i32.const(TILE_ROWS)));
    body.set(left, lesser(pixels, i32.const(shape.columns)));
    body.while(left, () => {
      body.set(y, i32.divU(pixel, columns));
      const x = i32.sub(pixel, i32.mul(y, columns));
      body.set(to, i32.add(target, i32.add(i32.mul(y, targetRow), i32.mul(x, targetColumn))));
      body.set(row, rows);
      body.set(from, tile);
      body.while(row, () => {
        body.store(to, f32.load(from));
        body.advance(to, targetPlane);
        body.advance(from, 4 * shape.columns);
        body.advance(row, -1);
      });
      body.advance(tile, 4);
      body.advance(pixel, 1);
      body.advance(left, -1);
    });
  });
}
