import { i32 } from '../../emit/expression.ts';
import type { FunctionBody, Local, Procedure } from '../../emit/function.ts';
import { integers, lesser } from '../loops/integers.ts';
import type { SpreadParams } from './emit-spread.ts';
import type { StageParams } from './emit-stage.ts';
import { PIXEL_BYTES } from './emit-stage.ts';
import { POINTS, TILE } from './transforms.ts';

type Words<N extends string> = Readonly<Record<N, Local<'i32'>>>;

/** A part of a row of tiles, as code has it once {@link TileUnit.locate} has run. */
export interface TileUnit {
  readonly image: Local<'i32'>;
  /** Tiles of the part. */
  readonly count: Local<'i32'>;
  /** The first output pixel. */
  readonly y: Local<'i32'>;
  readonly x: Local<'i32'>;
  /** Finds out which part of which row of which image a unit is. */
  readonly locate: (unit: Local<'i32'>) => void;
}

/** Variables for a part of a row of tiles. */
export function tileUnit(
  body: FunctionBody,
  words: Words<'segments' | 'segmentTiles' | 'tileRows' | 'tileColumns'>,
): TileUnit {
  const [image, tileRow, tileColumn, count, y, x] = integers(body, 6);
  return {
    image,
    count,
    y,
    x,
    locate: (unit) => {
      body.set(image, i32.divU(unit, words.segments));
      body.set(tileColumn, i32.mul(i32.sub(unit, i32.mul(image, words.segments)), words.segmentTiles));
      body.set(tileRow, image);
      body.set(image, i32.divU(image, words.tileRows));
      body.set(tileRow, i32.sub(tileRow, i32.mul(image, words.tileRows)));
      body.set(count, lesser(words.segmentTiles, i32.sub(words.tileColumns, tileColumn)));
      body.set(y, i32.mul(tileRow, i32.const(TILE)));
      body.set(x, i32.mul(tileColumn, i32.const(TILE)));
    },
  };
}

/** What {@link inputSpreader} reads of a kernel's arguments. */
type InputWords = Words<
  | 'source'
  | 'sourceImage'
  | 'sourcePlane'
  | 'height'
  | 'width'
  | 'padY'
  | 'padX'
  | 'channels'
  | 'inputBlock'
  | 'inputFrequency'
>;

/** Writes the code that stages the input of a part of a row and transforms its tiles, which follow those done before. */
export function inputSpreader(
  body: FunctionBody,
  words: InputWords,
  stage: Procedure<StageParams>,
  spread: Procedure<SpreadParams>,
  at: Words<'scratch' | 'inputs' | 'aside' | 'blocks'>,
): (unit: TileUnit, done: Local<'i32'>) => void {
  const [columns, rowBytes, from] = integers(body, 3);
  return ({ image, count, y, x }, done) => {
    const { sourcePlane, height, width, channels } = words;
    const side = i32.const(POINTS);
    body.set(columns, i32.add(i32.mul(count, i32.const(TILE)), i32.const(POINTS - TILE)));
    body.set(rowBytes, i32.mul(columns, i32.const(PIXEL_BYTES)));
    body.set(from, i32.add(words.source, i32.mul(image, words.sourceImage)));
    const origin = [i32.sub(y, words.padY), i32.sub(x, words.padX)] as const;
    body.call(stage, from, sourcePlane, height, width, ...origin, side, columns, channels, at.scratch);
    const to = i32.add(at.inputs, i32.mul(done, i32.const(PIXEL_BYTES)));
    const strides = [words.inputBlock, i32.const(PIXEL_BYTES), words.inputFrequency] as const;
    const block = i32.mul(rowBytes, side);
    body.call(spread, at.scratch, rowBytes, block, at.blocks, count, to, ...strides, at.aside);
  };
}
