import { f32, i32, select } from '../../emit/expression.ts';
import type { FunctionBody, Local, Procedure } from '../../emit/function.ts';
import type { MemoryImport } from '../../emit/module.ts';
import { ModuleBuilder } from '../../emit/module.ts';
import { v128 } from '../../emit/vector.ts';
import { integers, lesser, padded, partsOf, rangeOf } from '../loops/integers.ts';
import { argumentWords } from '../loops/words.ts';
import type { Tile } from '../matmul/tile.ts';
import { emitTile, START_AT_OUTPUT, START_AT_ZERO, TILE_ROWS, tileBytes } from '../matmul/tile.ts';

/** Strides are in bytes. */
export const WEIGHT_GRADIENT_ARGUMENTS = argumentWords(
  /** The convolution's input, with its border. */
  'source',
  'sourceImage',
  'sourcePlane',
  'stepY',
  'stepX',
  'taps',
  'tapCount',
  /** Channels of a group. */
  'channels',
  /** The output's gradient. */
  'gradient',
  'gradientImage',
  'gradientPlane',
  /** Output channels of a group. */
  'rows',
  'columns',
  'pixels',
  'images',
  /** Images that one unit of work adds up. */
  'partImages',
  /** Whole images, or pixels of one, that are packed side by side. */
  'blockImages',
  'blockPixels',
  'groups',
  /** 1 where sums start from 0, 0 where they go on. */
  'fresh',
  /** The sums of each part and group: rows of whole panels. */
  'sums',
  'sumBytes',
  'scratch',
  'scratchBytes',
);

const ROW_BYTES = 4 * TILE_ROWS;

/**
 * The module that adds up, for parts of the images, `dw[row, channel, tap] = Σ gradient[row, pixel] · source[channel,
 * pixel + tap]`, as a product of packed panels whose depth is pixels: `run(arguments, start, end, thread)` does the parts
 * from `start` to `end`, those of the first images first, group by group.
 */
export function emitWeightGradient(memory: MemoryImport, fused: boolean, shape: Tile): ModuleBuilder {
  const builder = new ModuleBuilder(memory);
  const tile = emitTile(builder, fused, shape, 'columns');
  const packRow = emitPackRow(builder);
  const packGradient = emitPackGradient(builder, packRow);
  const packSource = emitPackSource(builder, packRow, shape);
  const columnBytes = 4 * shape.columns;
  builder.addFunction('run', ['i32', 'i32', 'i32', 'i32'], (body, args, start, end, thread) => {
    const words = WEIGHT_GRADIENT_ARGUMENTS.read(body, args);
    const [part, group, image, lastImage, images, pixel, count, depth] = integers(body, 8);
    const [i, from, a, b, to, row, column, sums, isFirst, gradient] = integers(body, 10);
    const depthOfSums = body.let(i32.mul(words.channels, words.tapCount));
    const rowBytes = body.let(i32.shl(padded(depthOfSums, shape.columns), i32.const(2)));
    const edge = body.let(i32.add(words.scratch, i32.mul(thread, words.scratchBytes)));
    const panelA = body.let(i32.add(edge, i32.const(tileBytes(shape))));
    const panelB = body.local('i32');
    const blockDepth = i32.mul(words.blockImages, words.blockPixels);
    body.set(panelB, i32.mul(partsOf(words.rows, TILE_ROWS), i32.mul(blockDepth, i32.const(ROW_BYTES))));
    body.advance(panelB, panelA);

    /** The factors of a block, image after image in the depth. */
    const pack = (): void => {
      body.set(i, i32.const(0));
      body.while(i32.ltU(i, images), () => {
        const n = i32.add(image, i);
        const filled = i32.mul(i, count);
        body.set(gradient, i32.add(words.gradient, i32.mul(n, words.gradientImage)));
        body.advance(gradient, i32.mul(i32.mul(group, words.rows), words.gradientPlane));
        body.set(to, i32.add(panelA, i32.mul(filled, i32.const(ROW_BYTES))));
        body.call(packGradient, gradient, pixel, count, to, depth, args);
        body.set(from, i32.add(words.source, i32.mul(n, words.sourceImage)));
        body.advance(from, i32.mul(i32.mul(group, words.channels), words.sourcePlane));
        body.set(to, i32.add(panelB, i32.mul(filled, i32.const(columnBytes))));
        body.call(packSource, from, pixel, count, to, depth, args);
        body.advance(i, 1);
      });
    };
    const multiply = (): void => {
      body.set(b, panelB);
      body.set(column, i32.const(0));
      body.while(i32.ltU(column, depthOfSums), () => {
        body.set(a, panelA);
        body.set(row, i32.const(0));
        body.while(i32.ltU(row, words.rows), () => {
          const y = i32.add(sums, i32.add(i32.mul(row, rowBytes), i32.shl(column, i32.const(2))));
          const startAt = select(isFirst, i32.const(START_AT_ZERO), i32.const(START_AT_OUTPUT));
          const left = i32.sub(words.rows, row);
          body.call(tile, depth, a, b, y, rowBytes, startAt, left, i32.const(shape.columns), edge);
          body.advance(a, i32.mul(depth, i32.const(ROW_BYTES)));
          body.advance(row, TILE_ROWS);
        });
        body.advance(b, i32.mul(depth, i32.const(columnBytes)));
        body.advance(column, shape.columns);
      });
    };

    body.while(i32.ltU(start, end), () => {
      body.set(part, i32.divU(start, words.groups));
      body.set(group, i32.sub(start, i32.mul(part, words.groups)));
      body.set(sums, i32.add(words.sums, i32.mul(start, words.sumBytes)));
      body.set(isFirst, words.fresh);
      body.set(image, i32.mul(part, words.partImages));
      body.set(lastImage, lesser(i32.add(image, words.partImages), words.images));
      body.while(i32.ltU(image, lastImage), () => {
        body.set(images, lesser(words.blockImages, i32.sub(lastImage, image)));
        body.set(pixel, i32.const(0));
        body.while(i32.ltU(pixel, words.pixels), () => {
          body.set(count, lesser(words.blockPixels, i32.sub(words.pixels, pixel)));
          body.set(depth, i32.mul(images, count));
          pack();
          multiply();
          body.set(isFirst, i32.const(0));
          body.advance(pixel, count);
        });
        body.advance(image, images);
      });
      body.advance(start, 1);
    });
  });
  return builder;
}

/** source, bytes between its elements, count, target, bytes between its elements */
type RowParams = readonly ['i32', 'i32', 'i32', 'i32', 'i32'];

/** A function that copies elements apart: four at a time where they lie side by side in the source. */
function emitPackRow(builder: ModuleBuilder): Procedure<RowParams> {
  const params: RowParams = ['i32', 'i32', 'i32', 'i32', 'i32'];
  return builder.addFunction('row', params, (body, from, step, count, to, stride) => {
    const four = body.local('v128');
    body.if(i32.eq(step, i32.const(4)), () =>
      body.while(i32.geU(count, i32.const(4)), () => {
        body.set(four, v128.load(from));
        for (const lane of rangeOf(4)) {
          body.store32Lane(to, four, lane);
          body.advance(to, stride);
        }
        body.advance(from, 16);
        body.advance(count, -4);
      }),
    );
    body.while(count, () => {
      body.store(to, f32.load(from));
      body.advance(from, step);
      body.advance(to, stride);
      body.advance(count, -1);
    });
  });
}

/** source, first pixel, pixels, target, the depth of a panel, arguments */
type PackParams = readonly ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'];
const PACK_PARAMS: PackParams = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'];

/** A function that packs some pixels of the gradient, the left factor. Missing rows of the last tile repeat the last one. */
function emitPackGradient(builder: ModuleBuilder, packRow: Procedure<RowParams>): Procedure<PackParams> {
  return builder.addFunction('gradient', PACK_PARAMS, (body, gradient, pixel, count, to, depth, args) => {
    const { gradientPlane, rows } = WEIGHT_GRADIENT_ARGUMENTS.read(body, args);
    const from = body.let(i32.add(gradient, i32.shl(pixel, i32.const(2))));
    const [row, at] = integers(body, 2);
    const last = body.let(i32.sub(rows, i32.const(1)));
    const tileBytes = body.let(i32.mul(depth, i32.const(ROW_BYTES)));
    body.while(i32.ltU(row, rows), () => {
      for (const i of rangeOf(TILE_ROWS)) {
        body.set(at, lesser(i32.add(row, i32.const(i)), last));
        body.set(at, i32.add(from, i32.mul(at, gradientPlane)));
        body.call(packRow, at, i32.const(4), count, i32.add(to, i32.const(4 * i)), i32.const(ROW_BYTES));
      }
      body.advance(to, tileBytes);
      body.advance(row, TILE_ROWS);
    });
  });
}

/** A function that packs what some pixels see, the right factor. Missing columns of the last panel repeat the last one. */
function emitPackSource(
  builder: ModuleBuilder,
  packRow: Procedure<RowParams>,
  shape: Tile,
): Procedure<PackParams> {
  const columnBytes = 4 * shape.columns;
  return builder.addFunction('source', PACK_PARAMS, (body, source, pixel, count, to, depth, args) => {
    const words = WEIGHT_GRADIENT_ARGUMENTS.read(body, args);
    const { columns, stepX, stepY, tapCount, taps, sourcePlane } = words;
    const all = body.let(i32.mul(words.channels, tapCount));
    const firstY = body.let(i32.divU(pixel, columns));
    const firstX = body.let(i32.sub(pixel, i32.mul(firstY, columns)));
    const [column, place, base, y, x, left, run, at] = integers(body, 8);
    body.while(i32.ltU(column, padded(all, shape.columns)), () => {
      const own = lesser(column, i32.sub(all, i32.const(1)));
      setTapPlace(body, base, own, { tapCount, taps, sourcePlane }, source);
      body.set(place, to);
      body.set(y, firstY);
      body.set(x, firstX);
      body.set(left, count);
      body.while(left, () => {
        body.set(run, lesser(left, i32.sub(columns, x)));
        body.set(at, i32.add(base, i32.add(i32.mul(y, stepY), i32.mul(x, stepX))));
        body.call(packRow, at, stepX, run, place, i32.const(columnBytes));
        body.advance(place, i32.mul(run, i32.const(columnBytes)));
        body.set(left, i32.sub(left, run));
        body.set(x, i32.const(0));
        body.advance(y, 1);
      });
      body.advance(column, 1);
      body.advance(to, 4);
      // The next panel lies a panel's depth further on, and this one's columns are done.
      body.if(i32.eqz(i32.and(column, i32.const(shape.columns - 1))), () =>
        body.advance(to, i32.sub(i32.mul(depth, i32.const(columnBytes)), i32.const(columnBytes))),
      );
    });
  });
}

/** Sets `place` to where the first pixel of all finds a column's channel and tap. */
function setTapPlace(
  body: FunctionBody,
  place: Local<'i32'>,
  column: Parameters<typeof i32.add>[0],
  words: Readonly<Record<'tapCount' | 'taps' | 'sourcePlane', Local<'i32'>>>,
  source: Local<'i32'>,
): void {
  const own = body.let(column);
  const channel = body.let(i32.divU(own, words.tapCount));
  const tap = i32.sub(own, i32.mul(channel, words.tapCount));
  body.set(place, i32.add(source, i32.mul(channel, words.sourcePlane)));
  body.advance(place, i32.load(i32.add(words.taps, i32.shl(tap, i32.const(2)))));
}
