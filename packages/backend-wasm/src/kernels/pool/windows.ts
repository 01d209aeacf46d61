import type { Expr } from '../../emit/expression.ts';
import { i32, select } from '../../emit/expression.ts';
import type { FunctionBody, Local } from '../../emit/function.ts';
import { shuffle32, v128 } from '../../emit/vector.ts';
import type { Vector } from '../loops/each-vector.ts';
import { argumentWords } from '../loops/words.ts';

/** Addresses and sizes of a pooling of contiguous planes. Divisor: 0 for the window's size. */
export const POOL_ARGUMENTS = argumentWords(
  'x',
  'y',
  'index',
  'H',
  'W',
  'OH',
  'OW',
  'R',
  'S',
  'strideH',
  'strideW',
  'padH',
  'padW',
  'dilationH',
  'dilationW',
  'divisor',
);

/** The arguments as a kernel has them. */
export type PoolWords = ReturnType<typeof POOL_ARGUMENTS.read>;

/** The row of outputs that is a unit of work. */
export interface OutputRow {
  /** Where the input's plane starts. */
  readonly plane: Local<'i32'>;
  /** The window's first row, above the image where it is negative, and the one after its last inside. */
  readonly top: Local<'i32'>;
  readonly first: Local<'i32'>;
  readonly bottom: Local<'i32'>;
  /** Bytes from the start of the outputs to the row. */
  readonly target: Local<'i32'>;
}

/** Finds the row of outputs that a unit of work is. */
export function outputRow(body: FunctionBody, words: PoolWords, unit: Local<'i32'>): OutputRow {
  const { x, H, W, OH, OW, R, strideH, padH, dilationH } = words;
  const image = body.let(i32.divU(unit, OH));
  const i = i32.sub(unit, i32.mul(image, OH));
  const plane = body.let(i32.add(x, i32.shl(i32.mul(image, i32.mul(H, W)), i32.const(2))));
  const top = body.let(i32.sub(i32.mul(i, strideH), padH));
  return {
    plane,
    top,
    first: body.let(firstInside(top, dilationH)),
    bottom: body.let(lesserSigned(i32.add(top, span(R, dilationH)), H)),
    target: body.let(i32.shl(i32.mul(unit, OW), i32.const(2))),
  };
}

/** The pixels from a window's first to after its last. */
export const span = (size: Expr<'i32'>, dilation: Expr<'i32'>): Expr<'i32'> =>
  i32.add(i32.mul(i32.sub(size, i32.const(1)), dilation), i32.const(1));

/** The lesser of two signed integers. */
export const lesserSigned = (a: Expr<'i32'>, b: Expr<'i32'>): Expr<'i32'> => select(i32.ltS(a, b), a, b);

/** The greater of two signed integers. */
export const greater = (a: Expr<'i32'>, b: Expr<'i32'>): Expr<'i32'> => select(i32.gtS(a, b), a, b);

/** The first position at or after 0 of a run that begins at `start` and goes on in steps. */
export function firstInside(start: Local<'i32'>, step: Local<'i32'>): Expr<'i32'> {
  const missing = i32.divS(i32.sub(i32.sub(step, i32.const(1)), start), step);
  return select(i32.ltS(start, i32.const(0)), i32.add(start, i32.mul(missing, step)), start);
}

/** The horizontal strides that have vector code. */
export type VectorStride = 1 | 2;

/** Four pixels, a horizontal stride apart. */
export function loadPixels(at: Expr<'i32'>, stride: VectorStride): Vector {
  return stride === 1 ? v128.load(at) : shuffle32(v128.load(at), v128.load(at, 16), [0, 2, 4, 6]);
}

/**
 * Writes the loop over the outputs of a row: four at a time where their windows lie inside the image, as far as vectors
 * read, else one by one.
 */
export function eachOutput(
  body: FunctionBody,
  { W, OW, S, strideW, padW, dilationW }: PoolWords,
  stride: VectorStride | null,
  four: (j: Local<'i32'>, left: Local<'i32'>) => void,
  one: (j: Local<'i32'>, left: Local<'i32'>) => void,
): void {
  const j = body.let(i32.const(0));
  const left = body.let(i32.sub(i32.const(0), padW));
  const step = (outputs: number): void => {
    body.advance(j, outputs);
    body.advance(left, i32.mul(strideW, i32.const(outputs)));
  };
  const single = (): void => {
    one(j, left);
    step(1);
  };
  if (stride === null) {
    body.while(i32.ltS(j, OW), single);
    return;
  }
  const reach = body.let(
    i32.sub(W, i32.add(i32.mul(i32.sub(S, i32.const(1)), dilationW), i32.const(4 * stride))),
  );
  const last = body.let(i32.sub(OW, i32.const(4)));
  const fits = i32.and(i32.leS(j, last), i32.and(i32.geS(left, i32.const(0)), i32.leS(left, reach)));
  body.while(i32.ltS(j, OW), () => {
    body.if(
      fits,
      () => {
        four(j, left);
        step(4);
      },
      single,
    );
  });
}
