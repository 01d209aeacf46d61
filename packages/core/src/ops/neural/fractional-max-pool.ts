import { rand } from '../../create.ts';
import { ArgumentError, ShapeError } from '../../errors.ts';
import { noGrad } from '../../grad-mode.ts';
import { composed } from '../../memory/composed.ts';
import type { Generator } from '../../random/index.ts';
import { formatShape, sizeOf } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { add, castTo, floor, mul, sub } from '../elementwise.ts';
import { gather } from '../indexing.ts';
import { arangeOf, intsOf } from '../ranges.ts';
import type { ValuesAndIndices } from '../reduce.ts';
import type { Pair, Triple } from '../types.ts';
import { reshape, select } from '../view.ts';
import type { SpatialRank } from './spatial.ts';
import { asGiven, asLines, checkPoolInput, sizesOf, takeAt, winnerAlong, withBatch } from './spatial.ts';

/** Options of fractional max pooling, under PyTorch's names: one of the sizes must be given. */
export interface FractionalMaxPoolOptions<Sizes> {
  /** How many windows there are. */
  readonly outputSize?: number | Sizes;
  /** The same as a part of the input's size, in (0, 1). */
  readonly outputRatio?: number | Sizes;
  /** (N, C, 2), or (N, C, 3) for volumes: numbers in [0, 1) that place the windows. Default: drawn. */
  readonly randomSamples?: Tensor;
  /** What they are drawn from. Default: the generator that `manualSeed` seeds. */
  readonly generator?: Generator;
}

/**
 * Largest element of windows at random distances. Window i starts at ⌊α(i + u)⌋ − ⌊αu⌋ with α = (L − kernelSize) /
 * (outputSize − 1) and one random u for each plane and direction; the last one ends with the input.
 *
 * @param x - (N, C, H, W) or (C, H, W), float.
 * @param kernelSize - window height and width.
 * @returns (N, C, OH, OW) or (C, OH, OW). After the same `manualSeed` as in PyTorch the windows are the same.
 * @throws {@link ArgumentError} without a size, {@link ShapeError} when the windows do not fit.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.fractional_max_pool2d.html, Graham,
 * Fractional Max-Pooling, 2014.
 *
 * @example
 * ```ts
 * import { fractionalMaxPool2d, ones } from '@flambeau/core';
 * fractionalMaxPool2d(ones([1, 2, 9, 9]), 2, { outputRatio: 0.7 }).shape; // [1, 2, 6, 6]
 * ```
 */
export function fractionalMaxPool2d(
  x: Tensor,
  kernelSize: number | Pair,
  options: FractionalMaxPoolOptions<Pair>,
): Tensor {
  return composed(x.device, () => pool('fractionalMaxPool2d', 2, x, kernelSize, options).values);
}

/** {@link fractionalMaxPool2d} with the position of each maximum in its plane, row · W + column, int32. */
export function fractionalMaxPool2dWithIndices(
  x: Tensor,
  kernelSize: number | Pair,
  options: FractionalMaxPoolOptions<Pair>,
): ValuesAndIndices {
  return pool('fractionalMaxPool2d', 2, x, kernelSize, options);
}

/**
 * {@link fractionalMaxPool2d} of volumes, (N, C, D, H, W) or (C, D, H, W).
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.fractional_max_pool3d.html
 *
 * @example
 * ```ts
 * import { fractionalMaxPool3d, ones } from '@flambeau/core';
 * fractionalMaxPool3d(ones([1, 2, 9, 9, 9]), 2, { outputSize: 4 }).shape; // [1, 2, 4, 4, 4]
 * ```
 */
export function fractionalMaxPool3d(
  x: Tensor,
  kernelSize: number | Triple,
  options: FractionalMaxPoolOptions<Triple>,
): Tensor {
  return composed(x.device, () => pool('fractionalMaxPool3d', 3, x, kernelSize, options).values);
}

/** {@link fractionalMaxPool3d} with the position of each maximum in its volume, int32. */
export function fractionalMaxPool3dWithIndices(
  x: Tensor,
  kernelSize: number | Triple,
  options: FractionalMaxPoolOptions<Triple>,
): ValuesAndIndices {
  return pool('fractionalMaxPool3d', 3, x, kernelSize, options);
}

function pool(
  op: string,
  rank: 2 | 3,
  x: Tensor,
  kernelSize: number | readonly number[],
  options: FractionalMaxPoolOptions<readonly number[]>,
): ValuesAndIndices {
  checkPoolInput(op, x, rank);
  const kernel = sizesOf(op, 'kernelSize', kernelSize, rank, 1);
  const size = outputSizeOf(op, rank, x, options);
  const lengths = x.shape.slice(-rank);
  // PyTorch wants one position to spare in volumes, not in planes.
  const spare = rank - 2;
  if (lengths.some((length, i) => (kernel[i] as number) + (size[i] as number) - 1 + spare > length)) {
    throw new ShapeError(
      op,
      `the windows do not fit: got ${size.join(' × ')} of [${kernel.join(', ')}] over ${formatShape(x.shape)}, expected kernelSize + outputSize − 1 ${spare ? '<' : '≤'} the size in each direction.`,
      { shape: x.shape },
    );
  }
  return composed(x.device, () => {
    const input = withBatch(x, rank);
    const [n, c] = input.shape as [number, number];
    const { dtype, device } = x;
    const { generator, randomSamples } = options;
    const drawn = generator ? { dtype, device, generator } : { dtype, device };
    const samples = randomSamples ?? rand([n, c, rank], drawn);
    checkSamples(op, rank, samples, n, c);
    const indices = noGrad(() => winners(input, castTo(samples, dtype), kernel, size));
    const values = takeAt(input, indices);
    return { values: asGiven(values, x, rank), indices: asGiven(indices, x, rank) };
  });
}

function outputSizeOf(
  op: string,
  rank: SpatialRank,
  x: Tensor,
  { outputSize, outputRatio }: FractionalMaxPoolOptions<readonly number[]>,
): readonly number[] {
  if (outputSize !== undefined) return sizesOf(op, 'outputSize', outputSize, rank, 1);
  if (outputRatio === undefined) {
    throw new ArgumentError(op, 'no size: got neither outputSize nor outputRatio, expected one of them.');
  }
  const ratios = typeof outputRatio === 'number' ? new Array<number>(rank).fill(outputRatio) : outputRatio;
  const size = x.shape.slice(-rank).map((length, i) => Math.trunc(length * (ratios[i] as number)));
  if (ratios.length !== rank || ratios.some((ratio) => !(ratio > 0 && ratio < 1)) || size.includes(0)) {
    throw new ArgumentError(
      op,
      `invalid outputRatio: got ${JSON.stringify(outputRatio)} of ${formatShape(x.shape)}, expected a number between 0 and 1, or a list of ${rank}, that leaves at least one window.`,
      { outputRatio },
    );
  }
  return size;
}

function checkSamples(op: string, rank: SpatialRank, { shape }: Tensor, n: number, c: number): void {
  if (shape.length === 3 && shape[0] === n && shape[1] === c && shape[2] === rank) return;
  throw new ShapeError(
    op,
    `the randomSamples do not fit: got ${formatShape(shape)}, expected [${n}, ${c}, ${rank}].`,
    { shape },
  );
}

/** Positions of the maxima in (N, C, …). */
function winners(x: Tensor, samples: Tensor, kernel: readonly number[], size: readonly number[]): Tensor {
  const [n, c, ...lengths] = x.shape as [number, number, ...number[]];
  const rank = lengths.length;
  const after = new Array<number>(rank).fill(1);
  // Of planes the first random number is for the columns, of volumes for the depth.
  const place = (i: number): number => (rank === 2 ? 1 - i : i);
  const positions = lengths
    .map((length, i) => {
      const [count, window] = [size[i] as number, kernel[i] as number];
      const starts = startsOf(select(samples, 2, place(i)), length, count, window);
      const each = add(reshape(starts, [n, c, count, 1]), arangeOf(x.device, window));
      const shape = [...after, ...after];
      shape[i] = count;
      shape[rank + i] = window;
      return mul(reshape(each, [n, c, ...shape]), sizeOf(lengths.slice(i + 1)));
    })
    .reduce((sum, part) => add(sum, part));
  const candidates = reshape(positions, [n, c, sizeOf(size), sizeOf(kernel)]);
  const best = winnerAlong(reshape(gather(asLines(x), 2, asLines(candidates)), candidates.shape), 3);
  return reshape(gather(candidates, 3, best), [n, c, ...size]);
}

/** First positions of the windows along one direction, (N, C, count), rounded as PyTorch does in the dtype of x. */
function startsOf(u: Tensor, length: number, count: number, window: number): Tensor {
  const [n, c] = u.shape as [number, number];
  const column = reshape(u, [n, c, 1]);
  const last = intsOf(
    u.device,
    Array.from({ length: count }, (_, i) => (i === count - 1 ? length - window : 0)),
  );
  if (count === 1) return add(reshape(castTo(mul(column, 0), 'int32'), [n, c, 1]), last);
  const whole = (x: Tensor): Tensor => castTo(floor(x), 'int32');
  const alpha = (length - window) / (count - 1);
  const moving = sub(
    whole(mul(add(column, castTo(arangeOf(u.device, count), u.dtype)), alpha)),
    whole(mul(column, alpha)),
  );
  const before = intsOf(
    u.device,
    Array.from({ length: count }, (_, i) => Number(i < count - 1)),
  );
  return add(mul(moving, before), last);
}
