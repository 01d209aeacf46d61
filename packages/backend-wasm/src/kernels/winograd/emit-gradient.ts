import { i32 } from '../../emit/expression.ts';
import type { MemoryImport } from '../../emit/module.ts';
import { ModuleBuilder } from '../../emit/module.ts';
import { f32x4, v128 } from '../../emit/vector.ts';
import { clear } from '../loops/clear.ts';
import { integers, lesser, partsOf, rangeOf } from '../loops/integers.ts';
import { argumentWords } from '../loops/words.ts';
import type { Tile } from '../matmul/tile.ts';
import { emitOuterProduct } from './emit-products.ts';
import { emitSpread } from './emit-spread.ts';
import { BLOCK, emitStage, PIXEL_BYTES } from './emit-stage.ts';
import { inputSpreader, tileUnit } from './tile-units.ts';
import { gatherFilter, POINTS, SPECTRUM, spreadGradient, spreadInput, TILE } from './transforms.ts';

/** Strides are in bytes. */
export const GRADIENT_ARGUMENTS = argumentWords(
  'source',
  'sourceImage',
  'sourcePlane',
  'height',
  'width',
  'padY',
  'padX',
  'channels',
  'gradient',
  'gradientImage',
  'gradientPlane',
  'outHeight',
  'outWidth',
  'rows',
  /** Parts of rows of tiles, as in the forward module, and how many of them each unit of work adds up. */
  'units',
  'partUnits',
  'tileRows',
  'tileColumns',
  'segments',
  'segmentTiles',
  'groupUnits',
  /** Transformed tiles of the input, (frequency, block, tile, channel of the block). */
  'inputBlock',
  'inputFrequency',
  /** Transformed tiles of the gradient, (frequency, tile, row). */
  'gradientTile',
  'gradientFrequency',
  /** Sums, (part, frequency, row, channel). */
  'sums',
  'sumPart',
  'sumFrequency',
  'sumRow',
  'scratch',
  'scratchBytes',
  /** Where the parts of a thread's memory are; the first is the staged input. */
  'gradientStageAt',
  'asideAt',
  'inputsAt',
  'gradientsAt',
);

/**
 * The module that adds up, for parts of the images, the transformed gradients of 3 × 3 filters: `run(arguments, start, end,
 * thread)` does the parts from `start` to `end`.
 */
export function emitGradient(memory: MemoryImport, fused: boolean, shape: Tile): ModuleBuilder {
  const builder = new ModuleBuilder(memory);
  const stage = emitStage(builder);
  const spread = emitSpread(builder, 'spread_input', fused, POINTS, spreadInput);
  const spreadBack = emitSpread(builder, 'spread_gradient', fused, TILE, spreadGradient);
  const outer = emitOuterProduct(builder, fused, shape);
  builder.addFunction('run', ['i32', 'i32', 'i32', 'i32'], (body, args, start, end, thread) => {
    const words = GRADIENT_ARGUMENTS.read(body, args);
    const scratch = body.let(i32.add(words.scratch, i32.mul(thread, words.scratchBytes)));
    const gradientStage = body.let(i32.add(scratch, words.gradientStageAt));
    const inputs = body.let(i32.add(scratch, words.inputsAt));
    const aside = body.let(i32.add(scratch, words.asideAt));
    const gradients = body.let(i32.add(scratch, words.gradientsAt));
    const blocks = body.let(partsOf(words.channels, BLOCK));
    const gradientBlocks = body.let(partsOf(words.rows, BLOCK));
    const [unit, groupEnd, lastUnit, tiles, columns, from, frequency, q, v, d, rowBytes] = integers(body, 11);
    const sums = body.let(i32.add(words.sums, i32.mul(start, words.sumPart)));
    const part = tileUnit(body, words);
    const { image, count, y, x } = part;
    const spreadInputs = inputSpreader(body, words, stage, spread, { scratch, inputs, aside, blocks });
    const spreadGradients = (): void => {
      const { gradientPlane, outHeight, outWidth, rows } = words;
      body.set(columns, i32.mul(count, i32.const(TILE)));
      body.set(rowBytes, i32.mul(columns, i32.const(PIXEL_BYTES)));
      body.set(from, i32.add(words.gradient, i32.mul(image, words.gradientImage)));
      const side = i32.const(TILE);
      body.call(stage, from, gradientPlane, outHeight, outWidth, y, x, side, columns, rows, gradientStage);
      const to = i32.add(gradients, i32.mul(tiles, words.gradientTile));
      const strides = [i32.const(PIXEL_BYTES), words.gradientTile, words.gradientFrequency] as const;
      const block = i32.mul(rowBytes, side);
      body.call(spreadBack, gradientStage, rowBytes, block, gradientBlocks, count, to, ...strides, aside);
    };
    clear(body, scratch, words.inputsAt);
    body.while(i32.ltU(start, end), () => {
      clear(body, sums, words.sumPart);
      body.set(unit, i32.mul(start, words.partUnits));
      body.set(lastUnit, lesser(i32.add(unit, words.partUnits), words.units));
      body.while(i32.ltU(unit, lastUnit), () => {
        body.set(groupEnd, lesser(i32.add(unit, words.groupUnits), lastUnit));
        body.set(tiles, i32.const(0));
        body.while(i32.ltU(unit, groupEnd), () => {
          part.locate(unit);
          spreadInputs(part, tiles);
          spreadGradients();
          body.advance(tiles, count);
          body.advance(unit, 1);
        });
        body.set(q, gradients);
        body.set(v, inputs);
        body.set(d, sums);
        body.set(frequency, i32.const(SPECTRUM));
        body.while(frequency, () => {
          const { gradientTile, rows, inputBlock, sumRow } = words;
          body.call(outer, q, gradientTile, rows, v, inputBlock, blocks, tiles, d, sumRow);
          body.advance(q, words.gradientFrequency);
          body.advance(v, words.inputFrequency);
          body.advance(d, words.sumFrequency);
          body.advance(frequency, -1);
        });
      });
      body.advance(sums, words.sumPart);
      body.advance(start, 1);
    });
  });
  return builder;
}

/** Strides are in bytes. */
export const FINISH_ARGUMENTS = argumentWords(
  'sums',
  'parts',
  'sumPart',
  'sumFrequency',
  'sumRow',
  'channels',
  'target',
);

const TAPS = 3;
const FILTER_BYTES = 4 * TAPS * TAPS;

/** The module that adds the parts' sums and transforms them into gradients: `run(arguments, start, end)`, by output channels. */
export function emitFinish(memory: MemoryImport, fused: boolean): ModuleBuilder {
  const builder = new ModuleBuilder(memory);
  builder.addFunction('run', ['i32', 'i32', 'i32'], (body, args, start, end) => {
    const words = FINISH_ARGUMENTS.read(body, args);
    const apply = gatherFilter(body, fused);
    const [from, at, part, place, left, to] = integers(body, 6);
    body.set(to, i32.add(words.target, i32.mul(start, i32.mul(words.channels, i32.const(FILTER_BYTES)))));
    body.while(i32.ltU(start, end), () => {
      body.set(from, i32.add(words.sums, i32.mul(start, words.sumRow)));
      body.set(left, words.channels);
      body.while(i32.gtS(left, i32.const(0)), () => {
        body.set(at, from);
        const half = rangeOf(POINTS).map(() =>
          apply(
            rangeOf(POINTS).map(() => {
              const sum = body.let(v128.load(at));
              body.set(place, at);
              body.set(part, words.parts);
              body.while(i32.gtU(part, i32.const(1)), () => {
                body.advance(place, words.sumPart);
                body.set(sum, f32x4.add(sum, v128.load(place)));
                body.advance(part, -1);
              });
              body.advance(at, words.sumFrequency);
              return sum;
            }),
          ),
        );
        const rows = rangeOf(TAPS).map((row) =>
          apply(half.map((values) => values[row] as (typeof values)[number])),
        );
        for (const channel of rangeOf(4)) {
          body.if(i32.gtS(left, i32.const(channel)), () => {
            for (const [r, taps] of rows.entries()) {
              for (const [s, tap] of taps.entries()) body.store32Lane(to, tap, channel, 4 * (r * TAPS + s));
            }
            body.advance(to, FILTER_BYTES);
          });
        }
        body.advance(from, 16);
        body.advance(left, -4);
      });
      body.advance(start, 1);
    });
  });
  return builder;
}
