import { i32 } from '../../emit/expression.ts';
import type { MemoryImport } from '../../emit/module.ts';
import { ModuleBuilder } from '../../emit/module.ts';
import { clear } from '../conv/emit-pad.ts';
import { integers, lesser, partsOf } from '../loops/integers.ts';
import { argumentWords } from '../loops/words.ts';
import type { Tile } from '../matmul/tile.ts';
import { emitGather } from './emit-gather.ts';
import { emitProduct } from './emit-products.ts';
import { emitSpread } from './emit-spread.ts';
import { BLOCK, emitStage, PIXEL_BYTES } from './emit-stage.ts';
import { POINTS, SPECTRUM, spreadInput, TILE } from './transforms.ts';

/** Strides are in bytes. */
export const FORWARD_ARGUMENTS = argumentWords(
  'source',
  'sourceImage',
  'sourcePlane',
  'height',
  'width',
  'padY',
  'padX',
  'channels',
  'filters',
  'filterFrequency',
  'rows',
  'target',
  'targetImage',
  'targetPlane',
  'outHeight',
  'outWidth',
  /** Padded to whole panels; 0 for none. */
  'bias',
  /** Tiles of an image: rows, tiles of a row, and the parts that a row is cut into, with their tiles. */
  'tileRows',
  'tileColumns',
  'segments',
  'segmentTiles',
  /** Parts of rows that are computed together. */
  'groupUnits',
  /** The transformed tiles, (frequency, block, tile, channel of the block), and the products, (frequency, tile, row). */
  'inputBlock',
  'inputFrequency',
  'productTile',
  'productFrequency',
  /** A thread's memory, and where the parts of it are. */
  'scratch',
  'scratchBytes',
  'stageBytes',
  'inputsAt',
  'productsAt',
  'asideAt',
);

/**
 * The module that convolves with transformed 3 × 3 filters: `run(arguments, start, end, thread)` does the parts of rows of
 * tiles from `start` to `end`. A few at a time are transformed, multiplied and transformed back within the second cache.
 */
export function emitForward(memory: MemoryImport, fused: boolean, shape: Tile): ModuleBuilder {
  const builder = new ModuleBuilder(memory);
  const stage = emitStage(builder);
  const spread = emitSpread(builder, 'spread', fused, POINTS, spreadInput);
  const product = emitProduct(builder, fused, shape);
  const gather = emitGather(builder, fused);
  builder.addFunction('run', ['i32', 'i32', 'i32', 'i32'], (body, args, start, end, thread) => {
    const words = FORWARD_ARGUMENTS.read(body, args);
    const scratch = body.let(i32.add(words.scratch, i32.mul(thread, words.scratchBytes)));
    const inputs = body.let(i32.add(scratch, words.inputsAt));
    const products = body.let(i32.add(scratch, words.productsAt));
    const blocks = body.let(partsOf(words.channels, BLOCK));
    const panels = body.let(partsOf(words.rows, shape.columns));
    const [unit, groupEnd, tiles, image, tileRow, tileColumn, count, columns] = integers(body, 8);
    const [source, target, frequency, u, v, m, x, y, left] = integers(body, 9);
    /** Finds out which part of which row of which image a unit is. */
    const locate = (): void => {
      body.set(image, i32.divU(unit, words.segments));
      body.set(tileColumn, i32.mul(i32.sub(unit, i32.mul(image, words.segments)), words.segmentTiles));
      body.set(tileRow, image);
      body.set(image, i32.divU(image, words.tileRows));
      body.set(tileRow, i32.sub(tileRow, i32.mul(image, words.tileRows)));
      body.set(count, lesser(words.segmentTiles, i32.sub(words.tileColumns, tileColumn)));
      body.set(y, i32.mul(tileRow, i32.const(TILE)));
      body.set(x, i32.mul(tileColumn, i32.const(TILE)));
    };
    // Lanes of channels that are not there are never written: what they hold must be finite.
    clear(body, scratch, words.stageBytes);
    body.while(i32.ltU(start, end), () => {
      body.set(groupEnd, lesser(i32.add(start, words.groupUnits), end));
      body.set(tiles, i32.const(0));
      body.set(unit, start);
      body.while(i32.ltU(unit, groupEnd), () => {
        locate();
        body.set(columns, i32.add(i32.mul(count, i32.const(TILE)), i32.const(POINTS - TILE)));
        body.set(source, i32.add(words.source, i32.mul(image, words.sourceImage)));
        const origin = [i32.sub(y, words.padY), i32.sub(x, words.padX)] as const;
        const { sourcePlane, height, width, channels } = words;
        body.call(
          stage,
          source,
          sourcePlane,
          height,
          width,
          ...origin,
          i32.const(POINTS),
          columns,
          channels,
          scratch,
        );
        const rowBytes = body.let(i32.mul(columns, i32.const(PIXEL_BYTES)));
        const stageBlock = i32.mul(rowBytes, i32.const(POINTS));
        const to = i32.add(inputs, i32.mul(tiles, i32.const(PIXEL_BYTES)));
        const strides = [words.inputBlock, i32.const(PIXEL_BYTES), words.inputFrequency] as const;
        const aside = i32.add(scratch, words.asideAt);
        body.call(spread, scratch, rowBytes, stageBlock, blocks, count, to, ...strides, aside);
        body.advance(tiles, count);
        body.advance(unit, 1);
      });
      body.set(u, words.filters);
      body.set(v, inputs);
      body.set(m, products);
      body.set(frequency, i32.const(SPECTRUM));
      body.while(frequency, () => {
        body.call(product, v, words.inputBlock, blocks, tiles, u, panels, m, words.productTile);
        body.advance(u, words.filterFrequency);
        body.advance(v, words.inputFrequency);
        body.advance(m, words.productFrequency);
        body.advance(frequency, -1);
      });
      body.set(m, products);
      body.set(unit, start);
      body.while(i32.ltU(unit, groupEnd), () => {
        locate();
        body.set(target, i32.add(words.target, i32.mul(image, words.targetImage)));
        body.advance(target, i32.shl(i32.add(i32.mul(y, words.outWidth), x), i32.const(2)));
        body.set(left, words.rows);
        const rowBytes = i32.shl(words.outWidth, i32.const(2));
        const sizes = [i32.sub(words.outHeight, y), i32.sub(words.outWidth, x), left] as const;
        const aside = i32.add(scratch, words.asideAt);
        const strides = [words.productTile, words.productFrequency] as const;
        body.call(
          gather,
          m,
          ...strides,
          count,
          target,
          words.targetPlane,
          rowBytes,
          ...sizes,
          words.bias,
          aside,
        );
        body.advance(m, i32.mul(count, words.productTile));
        body.advance(unit, 1);
      });
      body.set(start, groupEnd);
    });
  });
  return builder;
}
