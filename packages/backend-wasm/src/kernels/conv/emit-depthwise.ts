import type { Expr } from '../../emit/expression.ts';
import { f32, f64, i32 } from '../../emit/expression.ts';
import type { FunctionBody, Local } from '../../emit/function.ts';
import type { MemoryImport } from '../../emit/module.ts';
import { ModuleBuilder } from '../../emit/module.ts';
import { f32x4, shuffle32, v128 } from '../../emit/vector.ts';
import { integers, rangeOf } from '../loops/integers.ts';
import { zeros } from '../loops/vectors.ts';
import { argumentWords } from '../loops/words.ts';
import { multiplyAdd } from '../matmul/tile.ts';
import type { OutputMap } from '../output-map.ts';
import { addOutputMap } from '../output-map.ts';

/** What a depthwise kernel's code depends on. Sizes are arguments. */
export interface DepthwiseShape {
  readonly R: number;
  readonly S: number;
  readonly strideX: number;
  readonly dilationX: number;
}

/** Strides are in bytes. */
export const DEPTHWISE_ARGUMENTS = argumentWords(
  'source',
  'sourceImage',
  'sourcePlane',
  /** From one row of taps to the next, and from the source of one output row to that of the next. */
  'tapRow',
  'stepY',
  'filters',
  /** From a channel's filter to the next, and from one tap to the next: negative where filters are turned around. */
  'filterStride',
  'tapStride',
  'bias',
  'target',
  'channels',
  /** Output channels of an input channel. */
  'multiplier',
  'height',
  'width',
);

/** Strides of which four output pixels can be read as vectors. */
const VECTOR_STRIDES = [1, 2];

/** Four source elements, each `stride` after the other. */
function loadApart(address: Expr<'i32'>, offset: number, stride: number): Expr<'v128'> {
  if (stride === 1) return v128.load(address, offset);
  return shuffle32(v128.load(address, offset), v128.load(address, offset + 16), [0, 2, 4, 6]);
}

/** Addresses of the source rows that a row of taps sees. */
function tapRows(
  body: FunctionBody,
  { R }: DepthwiseShape,
  tapRow: Local<'i32'>,
): (from: Local<'i32'>) => Local<'i32'>[] {
  const rows = integers(body, R);
  return (from) => {
    rows.forEach((row, r) => {
      body.set(row, r === 0 ? from : i32.add(rows[r - 1] as Local<'i32'>, tapRow));
    });
    return rows;
  };
}

/**
 * The module of depthwise convolutions: `run(arguments, start, end)` computes the output planes from `start` to `end`. All
 * weights of a filter stay in registers while its plane is read.
 */
export function emitDepthwise(
  memory: MemoryImport,
  fused: boolean,
  shape: DepthwiseShape,
  map: OutputMap | null,
): ModuleBuilder {
  const { R, S, strideX, dilationX } = shape;
  const builder = new ModuleBuilder(memory);
  const apply = addOutputMap(builder, map);
  builder.addFunction('run', ['i32', 'i32', 'i32'], (body, args, start, end) => {
    const words = DEPTHWISE_ARGUMENTS.read(body, args);
    const [image, channel, at, filter, from, y, x] = integers(body, 7);
    const [sum, weight, bias] = [body.local('v128'), body.local('f32'), body.local('v128')];
    const rowsOf = tapRows(body, shape, words.tapRow);
    const weights = rangeOf(R * S).map(() => body.local('v128'));
    const plane = body.let(i32.shl(i32.mul(words.height, words.width), i32.const(2)));
    const to = body.let(i32.add(words.target, i32.mul(start, plane)));
    /** `count` output pixels at the rows' places: 4 or 1. */
    const pixels = (rows: readonly Local<'i32'>[], count: 1 | 4): void => {
      body.set(sum, bias);
      for (const [r, row] of rows.entries()) {
        for (const s of rangeOf(S)) {
          const offset = 4 * s * dilationX;
          const value = count === 4 ? loadApart(row, offset, strideX) : v128.load32Splat(row, offset);
          body.set(sum, multiplyAdd(fused, weights[r * S + s] as Local<'v128'>, value, sum));
        }
      }
      if (count === 4) body.store(to, sum);
      else body.store32Lane(to, sum, 0);
    };
    const move = (rows: readonly Local<'i32'>[], count: number): void => {
      for (const row of rows) body.advance(row, 4 * strideX * count);
      body.advance(to, 4 * count);
      body.advance(x, -count);
    };
    body.while(i32.ltU(start, end), () => {
      body.set(image, i32.divU(start, words.channels));
      body.set(channel, i32.sub(start, i32.mul(image, words.channels)));
      body.set(filter, i32.add(words.filters, i32.mul(channel, words.filterStride)));
      for (const lanes of weights) {
        body.set(weight, f32.load(filter));
        body.set(lanes, f32x4.splat(weight));
        body.advance(filter, words.tapStride);
      }
      body.if(words.bias, () =>
        body.set(bias, v128.load32Splat(i32.add(words.bias, i32.shl(channel, i32.const(2))))),
      );
      body.set(from, i32.mul(i32.divU(channel, words.multiplier), words.sourcePlane));
      body.advance(from, i32.add(words.source, i32.mul(image, words.sourceImage)));
      body.set(y, words.height);
      body.while(y, () => {
        body.set(at, from);
        const rows = rowsOf(at);
        body.set(x, words.width);
        if (VECTOR_STRIDES.includes(strideX)) {
          body.while(i32.geU(x, i32.const(4)), () => {
            pixels(rows, 4);
            move(rows, 4);
          });
        }
        body.while(x, () => {
          pixels(rows, 1);
          move(rows, 1);
        });
        body.advance(from, words.stepY);
        body.advance(y, -1);
      });
      apply(body, i32.sub(to, plane), plane, plane, i32.const(1));
      body.advance(start, 1);
    });
  });
  return builder;
}

/** Strides are in bytes. */
export const DEPTHWISE_GRADIENT_ARGUMENTS = argumentWords(
  'source',
  'sourceImage',
  'sourcePlane',
  'tapRow',
  'stepY',
  'gradient',
  'gradientImage',
  'target',
  'images',
  'multiplier',
  'height',
  'width',
);

/**
 * The module of gradients of depthwise filters: `run(arguments, start, end)` does the output channels from `start` to
 * `end`. A filter's sums stay in registers while its planes are read; those of the images are added in float64.
 */
export function emitDepthwiseGradient(
  memory: MemoryImport,
  fused: boolean,
  shape: DepthwiseShape,
): ModuleBuilder {
  const { R, S, strideX, dilationX } = shape;
  const builder = new ModuleBuilder(memory);
  builder.addFunction('run', ['i32', 'i32', 'i32'], (body, args, start, end) => {
    const words = DEPTHWISE_GRADIENT_ARGUMENTS.read(body, args);
    const [image, at, from, y, x, dy] = integers(body, 6);
    const [four, one] = [body.local('v128'), body.local('f32')];
    const rowsOf = tapRows(body, shape, words.tapRow);
    const taps = rangeOf(R * S);
    const sums = taps.map(() => body.local('v128'));
    const totals = taps.map(() => body.local('f64'));
    const rests = taps.map(() => body.local('f32'));
    const planeBytes = body.let(i32.shl(i32.mul(words.height, words.width), i32.const(2)));
    const to = body.let(i32.add(words.target, i32.mul(start, i32.const(4 * R * S))));
    const offsetOf = (tap: number): number => 4 * (tap % S) * dilationX;
    const move = (rows: readonly Local<'i32'>[], count: number): void => {
      for (const row of rows) body.advance(row, 4 * strideX * count);
      body.advance(dy, 4 * count);
      body.advance(x, -count);
    };
    body.while(i32.ltU(start, end), () => {
      for (const total of totals) body.set(total, f64.const(0));
      body.set(image, i32.const(0));
      body.while(i32.ltU(image, words.images), () => {
        for (const tap of taps) {
          body.set(sums[tap] as Local<'v128'>, zeros);
          body.set(rests[tap] as Local<'f32'>, f32.const(0));
        }
        body.set(dy, i32.add(words.gradient, i32.mul(image, words.gradientImage)));
        body.advance(dy, i32.mul(start, planeBytes));
        body.set(from, i32.add(words.source, i32.mul(image, words.sourceImage)));
        body.advance(from, i32.mul(i32.divU(start, words.multiplier), words.sourcePlane));
        body.set(y, words.height);
        body.while(y, () => {
          body.set(at, from);
          const rows = rowsOf(at);
          const rowOf = (tap: number): Local<'i32'> => rows[Math.floor(tap / S)] as Local<'i32'>;
          body.set(x, words.width);
          if (VECTOR_STRIDES.includes(strideX)) {
            body.while(i32.geU(x, i32.const(4)), () => {
              body.set(four, v128.load(dy));
              for (const tap of taps) {
                const sum = sums[tap] as Local<'v128'>;
                const value = loadApart(rowOf(tap), offsetOf(tap), strideX);
                body.set(sum, multiplyAdd(fused, four, value, sum));
              }
              move(rows, 4);
            });
          }
          body.while(x, () => {
            body.set(one, f32.load(dy));
            for (const tap of taps) {
              const rest = rests[tap] as Local<'f32'>;
              body.set(rest, f32.add(rest, f32.mul(one, f32.load(rowOf(tap), offsetOf(tap)))));
            }
            move(rows, 1);
          });
          body.advance(from, words.stepY);
          body.advance(y, -1);
        });
        for (const tap of taps) {
          const total = totals[tap] as Local<'f64'>;
          for (const lane of rangeOf(4)) {
            const part = f32x4.extractLane(sums[tap] as Local<'v128'>, lane);
            body.set(total, f64.add(total, f64.promoteF32(part)));
          }
          body.set(total, f64.add(total, f64.promoteF32(rests[tap] as Local<'f32'>)));
        }
        body.advance(image, 1);
      });
      for (const total of totals) {
        body.store(to, f32.demoteF64(total));
        body.advance(to, 4);
      }
      body.advance(start, 1);
    });
  });
  return builder;
}
