import { f32, i32 } from '../../emit/expression.ts';
import type { MemoryImport } from '../../emit/module.ts';
import { ModuleBuilder } from '../../emit/module.ts';
import { integers, partsOf, rangeOf } from '../loops/integers.ts';
import { argumentWords } from '../loops/words.ts';
import { TILE_ROWS } from '../matmul/tile.ts';

/** Strides are in bytes. */
export const FILTER_ARGUMENTS = argumentWords(
  'filters',
  'groupStride',
  'rowStride',
  'channelStride',
  /** Where each tap stands in a filter, in bytes: a table of words. */
  'taps',
  'tapCount',
  /** Rows and channels of a group. */
  'rows',
  'channels',
  'packed',
);

/**
 * The module that packs filters as left factors: `run(arguments, start, end)` fills the tiles from `start` to `end`, those
 * of the first group first. A tile holds, for each channel and each tap, the numbers of its rows; missing rows are zeros.
 */
export function emitFilters(memory: MemoryImport): ModuleBuilder {
  const builder = new ModuleBuilder(memory);
  builder.addFunction('run', ['i32', 'i32', 'i32'], (body, args, start, end) => {
    const words = FILTER_ARGUMENTS.read(body, args);
    const tiles = body.let(partsOf(words.rows, TILE_ROWS));
    const perTile = i32.mul(i32.mul(words.channels, words.tapCount), i32.const(4 * TILE_ROWS));
    const to = body.let(i32.add(words.packed, i32.mul(start, perTile)));
    const [group, first, channel, place, tap, at, row] = integers(body, 7);
    body.while(i32.ltU(start, end), () => {
      body.set(group, i32.divU(start, tiles));
      body.set(first, i32.mul(i32.sub(start, i32.mul(group, tiles)), i32.const(TILE_ROWS)));
      const inGroup = i32.add(i32.mul(group, words.groupStride), i32.mul(first, words.rowStride));
      body.set(place, i32.add(words.filters, inGroup));
      body.set(channel, words.channels);
      body.while(channel, () => {
        body.set(tap, i32.const(0));
        body.while(i32.ltU(tap, words.tapCount), () => {
          body.set(at, i32.add(place, i32.load(i32.add(words.taps, i32.shl(tap, i32.const(2))))));
          for (const i of rangeOf(TILE_ROWS)) {
            body.set(row, i32.add(first, i32.const(i)));
            body.if(
              i32.ltU(row, words.rows),
              () => body.store(to, f32.load(at), 4 * i),
              () => body.store(to, f32.const(0), 4 * i),
            );
            body.advance(at, words.rowStride);
          }
          body.advance(to, 4 * TILE_ROWS);
          body.advance(tap, 1);
        });
        body.advance(place, words.channelStride);
        body.advance(channel, -1);
      });
      body.advance(start, 1);
    });
  });
  return builder;
}
