import { i32 } from '../../emit/expression.ts';
import type { MemoryImport } from '../../emit/module.ts';
import { ModuleBuilder } from '../../emit/module.ts';
import { v128 } from '../../emit/vector.ts';
import { integers, lesser, rangeOf } from '../loops/integers.ts';
import { zeros } from '../loops/vectors.ts';
import { argumentWords } from '../loops/words.ts';
import type { Tile } from '../matmul/tile.ts';
import { POINTS, spreadFilter } from './transforms.ts';

/** Strides are in bytes. */
export const FILTER_ARGUMENTS = argumentWords(
  'filters',
  /** From one output channel's filter to the next, from one input channel's, and from one tap to the next. */
  'rowStride',
  'channelStride',
  'tapStride',
  'rows',
  'channels',
  /** Channels with those that are added to whole blocks: zeros. */
  'paddedChannels',
  'target',
  'frequency',
);

const TAPS = 3;

/**
 * The module that transforms 3 × 3 filters, `(frequency, panel, channel, output channel of the panel)`: `run(arguments,
 * start, end)` does the panels of output channels from `start` to `end`. Missing ones repeat the last.
 */
export function emitFilterTransform(memory: MemoryImport, fused: boolean, { columns }: Tile): ModuleBuilder {
  const columnBytes = 4 * columns;
  const builder = new ModuleBuilder(memory);
  builder.addFunction('run', ['i32', 'i32', 'i32'], (body, args, start, end) => {
    const words = FILTER_ARGUMENTS.read(body, args);
    const apply = spreadFilter(body, fused);
    const lanes = integers(body, 4);
    const [channel, to, out, first] = integers(body, 4);
    const panelBytes = body.let(i32.mul(words.paddedChannels, i32.const(columnBytes)));
    const last = body.let(i32.sub(words.rows, i32.const(1)));
    body.while(i32.ltU(start, end), () => {
      for (const vector of rangeOf(columns / 4)) {
        body.set(first, i32.add(i32.mul(start, i32.const(columns)), i32.const(4 * vector)));
        for (const [i, lane] of lanes.entries()) {
          body.set(lane, lesser(i32.add(first, i32.const(i)), last));
          body.set(lane, i32.add(words.filters, i32.mul(lane, words.rowStride)));
        }
        body.set(to, i32.add(words.target, i32.add(i32.mul(start, panelBytes), i32.const(16 * vector))));
        body.set(channel, i32.const(0));
        body.while(i32.ltU(channel, words.channels), () => {
          const places = lanes.map((lane) => body.let(lane));
          const taps = rangeOf(TAPS * TAPS).map(() => {
            const tap = body.let(zeros);
            for (const [i, place] of places.entries()) {
              body.set(tap, v128.load32Lane(tap, i, place));
              body.advance(place, words.tapStride);
            }
            return tap;
          });
          const half = rangeOf(TAPS).map((row) => apply(taps.slice(TAPS * row, TAPS * (row + 1))));
          body.set(out, to);
          for (const point of rangeOf(POINTS)) {
            for (const value of apply(half.map((row) => row[point] as (typeof row)[number]))) {
              body.store(out, value);
              body.advance(out, words.frequency);
            }
          }
          for (const lane of lanes) body.advance(lane, words.channelStride);
          body.advance(to, columnBytes);
          body.advance(channel, 1);
        });
        body.while(i32.ltU(channel, words.paddedChannels), () => {
          body.set(out, to);
          for (const _ of rangeOf(POINTS * POINTS)) {
            body.store(out, zeros);
            body.advance(out, words.frequency);
          }
          body.advance(to, columnBytes);
          body.advance(channel, 1);
        });
      }
      body.advance(start, 1);
    });
  });
  return builder;
}
