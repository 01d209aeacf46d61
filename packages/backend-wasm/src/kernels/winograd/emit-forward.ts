import { i32 } from '../../emit/expression.ts';
import type { MemoryImport } from '../../emit/module.ts';
import { ModuleBuilder } from '../../emit/module.ts';
import { clear } from '../loops/clear.ts';
import { integers, lesser, partsOf } from '../loops/integers.ts';
import { argumentWords } from '../loops/words.ts';
import type { Tile } from '../matmul/tile.ts';
import type { OutputMap } from '../output-map.ts';
import { addOutputMap } from '../output-map.ts';
import { emitGather } from './emit-gather.ts';
import { emitProduct } from './emit-products.ts';
import { emitSpread } from './emit-spread.ts';
import { BLOCK, emitStage } from './emit-stage.ts';
import { inputSpreader, tileUnit } from './tile-units.ts';
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
 * tiles from `start` to `end`. A few at a time are transformed, multiplied, transformed back and mapped within the second cache.
 */
export function emitForward(
  memory: MemoryImport,
  fused: boolean,
  shape: Tile,
  map: OutputMap | null,
): ModuleBuilder {
  const builder = new ModuleBuilder(memory);
  const apply = addOutputMap(builder, map);
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
    const aside = body.let(i32.add(scratch, words.asideAt));
    const [unit, groupEnd, tiles, target, frequency, u, v, m, lines, run] = integers(body, 10);
    const part = tileUnit(body, words);
    const { image, count, y, x } = part;
    const spreadInputs = inputSpreader(body, words, stage, spread, { scratch, inputs, aside, blocks });
    // Lanes of channels that are not there are never written: what they hold must be finite.
    clear(body, scratch, words.stageBytes);
    body.while(i32.ltU(start, end), () => {
      body.set(groupEnd, lesser(i32.add(start, words.groupUnits), end));
      body.set(tiles, i32.const(0));
      body.set(unit, start);
      body.while(i32.ltU(unit, groupEnd), () => {
        part.locate(unit);
        spreadInputs(part, tiles);
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
        part.locate(unit);
        body.set(target, i32.add(words.target, i32.mul(image, words.targetImage)));
        body.advance(target, i32.shl(i32.add(i32.mul(y, words.outWidth), x), i32.const(2)));
        const rowBytes = i32.shl(words.outWidth, i32.const(2));
        const sizes = [i32.sub(words.outHeight, y), i32.sub(words.outWidth, x), words.rows] as const;
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
        if (map) {
          body.set(lines, lesser(i32.const(TILE), i32.sub(words.outHeight, y)));
          const columns = lesser(i32.mul(count, i32.const(TILE)), i32.sub(words.outWidth, x));
          body.set(run, i32.shl(columns, i32.const(2)));
          body.if(i32.eq(run, rowBytes), () => {
            body.set(run, i32.mul(run, lines));
            body.set(lines, i32.const(1));
          });
          body.while(lines, () => {
            apply(body, target, run, words.targetPlane, words.rows);
            body.advance(target, rowBytes);
            body.advance(lines, -1);
          });
        }
        body.advance(m, i32.mul(count, words.productTile));
        body.advance(unit, 1);
      });
      body.set(start, groupEnd);
    });
  });
  return builder;
}
