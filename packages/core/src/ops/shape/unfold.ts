import { dispatchOne } from '../../dispatch/dispatch.ts';
import { ShapeError } from '../../errors.ts';
import { composed } from '../../memory/composed.ts';
import { formatShape, sizeOf } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { checkRank, sizesOf, withBatch } from '../neural/spatial.ts';
import type { Pair } from '../types.ts';
import {
  foldWindowsOp,
  narrow,
  permute,
  reshape,
  type WindowAttrs,
  windowCount,
  windowsOp,
} from '../view.ts';
import { constantPadOp } from './constant-pad.ts';

/** Options of {@link unfold} and {@link fold}; one number stands for both directions. */
export interface UnfoldOptions {
  /** How far apart the elements of a window are. Default 1. */
  readonly dilation?: number | Pair;
  /** Zeros around the image. Default 0. */
  readonly padding?: number | Pair;
  /** How far apart windows are. Default 1. */
  readonly stride?: number | Pair;
}

function attrsOf(
  op: string,
  kernelSize: number | Pair,
  { dilation = 1, padding = 0, stride = 1 }: UnfoldOptions,
): WindowAttrs & { readonly padding: Pair } {
  const pair = (name: string, value: number | Pair, least: number): Pair =>
    sizesOf(op, name, value, 2, least) as Pair;
  return {
    size: pair('kernelSize', kernelSize, 1),
    stride: pair('stride', stride, 1),
    dilation: pair('dilation', dilation, 1),
    padding: pair('padding', padding, 0),
  };
}

/** How many windows there are in each direction. @throws {@link ShapeError} when there is none. */
function countsOf(
  op: string,
  [h, w]: Pair,
  { size, stride, dilation, padding }: WindowAttrs & { padding: Pair },
): Pair {
  const count = (length: number, i: 0 | 1): number =>
    windowCount(length + 2 * padding[i], size[i], stride[i], dilation[i]);
  const counts: Pair = [count(h, 0), count(w, 1)];
  if (counts.every((n) => n > 0)) return counts;
  throw new ShapeError(
    op,
    `no window fits: got an image of ${formatShape([h, w])} for windows of ${formatShape(size)}, expected at least one in each direction.`,
    { shape: [h, w], kernelSize: size },
  );
}

/**
 * The windows of an image as columns: (N, C, H, W) or (C, H, W) to (N, C·kh·kw, L), with L windows in row-major order.
 *
 * @throws {@link ShapeError} for another rank, or when no window fits.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.unfold.html. The windows of one
 * dimension are {@link unfoldDimension}.
 *
 * @example
 * ```ts
 * import { ones, unfold } from '@flambeau/core';
 * unfold(ones([1, 3, 4, 4]), 2, { stride: 2 }).shape; // [1, 12, 4]
 * ```
 */
export function unfold(x: Tensor, kernelSize: number | Pair, options: UnfoldOptions = {}): Tensor {
  checkRank('unfold', x, 2);
  const { padding, ...windows } = attrsOf('unfold', kernelSize, options);
  const [oh, ow] = countsOf('unfold', x.shape.slice(-2) as unknown as Pair, { padding, ...windows });
  return composed(x.device, () => {
    const batch = padded(withBatch(x, 2), padding);
    const [n, c] = batch.shape as [number, number];
    const columns = permute(dispatchOne(windowsOp, [batch], windows), [0, 1, 4, 5, 2, 3]);
    const y = reshape(columns, [n, c * sizeOf(windows.size), oh * ow]);
    return x.shape.length === 3 ? reshape(y, y.shape.slice(1)) : y;
  });
}

function padded(x: Tensor, [vertical, horizontal]: Pair): Tensor {
  if (vertical === 0 && horizontal === 0) return x;
  const margins = [0, 0, vertical, horizontal].map((n) => [n, n] as const);
  return dispatchOne(constantPadOp, [x], { margins, value: 0 });
}

/**
 * Windows summed into an image: (N, C·kh·kw, L) or (C·kh·kw, L) to (N, C, H, W), with `outputSize` [H, W]. The opposite
 * of {@link unfold} where windows do not overlap.
 *
 * @throws {@link ShapeError} when the columns do not fit the windows of such an image.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.fold.html
 *
 * @example
 * ```ts
 * import { fold, ones } from '@flambeau/core';
 * fold(ones([1, 12, 4]), [4, 4], 2, { stride: 2 }).shape; // [1, 3, 4, 4]
 * ```
 */
export function fold(
  x: Tensor,
  outputSize: number | Pair,
  kernelSize: number | Pair,
  options: UnfoldOptions = {},
): Tensor {
  const [h, w] = sizesOf('fold', 'outputSize', outputSize, 2, 1) as Pair;
  const { padding, ...windows } = attrsOf('fold', kernelSize, options);
  const [oh, ow] = countsOf('fold', [h, w], { padding, ...windows });
  const [rows, columns] = x.shape.slice(-2) as [number, number];
  const area = sizeOf(windows.size);
  const ranked = x.shape.length === 2 || x.shape.length === 3;
  if (!ranked || rows % area !== 0 || rows === 0 || columns !== oh * ow) {
    throw new ShapeError(
      'fold',
      `the columns do not fit: got ${formatShape(x.shape)}, expected (N, C·${area}, ${oh * ow}) or (C·${area}, ${oh * ow}).`,
      { shape: x.shape },
    );
  }
  return composed(x.device, () => {
    const n = x.shape.length === 3 ? (x.shape[0] as number) : 1;
    const c = rows / area;
    const apart = permute(reshape(x, [n, c, ...windows.size, oh, ow]), [0, 1, 4, 5, 2, 3]);
    const shape = [n, c, h + 2 * padding[0], w + 2 * padding[1]];
    const whole = dispatchOne(foldWindowsOp, [apart], { ...windows, shape });
    const y = narrow(narrow(whole, 2, padding[0], h), 3, padding[1], w);
    return x.shape.length === 3 ? y : reshape(y, y.shape.slice(1));
  });
}
