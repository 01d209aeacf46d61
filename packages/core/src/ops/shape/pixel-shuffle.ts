import { ArgumentError, ShapeError } from '../../errors.ts';
import { composed } from '../../memory/composed.ts';
import { formatShape } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { permute, reshape } from '../view.ts';

function checkFactor(op: string, name: string, factor: number): void {
  if (Number.isInteger(factor) && factor > 0) return;
  throw new ArgumentError(op, `invalid ${name}: got ${factor}, expected a positive integer.`, {
    [name]: factor,
  });
}

function misfit(op: string, x: Tensor, expected: string): ShapeError {
  return new ShapeError(op, `sizes do not fit: got ${formatShape(x.shape)}, expected ${expected}.`, {
    shape: x.shape,
  });
}

/** The order that keeps leading dimensions and arranges the last ones. */
function lastAxes(lead: number, order: readonly number[]): number[] {
  return [...Array.from({ length: lead }, (_, i) => i), ...order.map((i) => lead + i)];
}

/**
 * Channels turned into pixels: (…, C·r², H, W) to (…, C, H·r, W·r).
 *
 * @throws {@link ShapeError} for fewer than three dimensions, or channels that r² does not divide.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.pixel_shuffle.html
 *
 * @example
 * ```ts
 * import { pixelShuffle, zeros } from '@flambeau/core';
 * pixelShuffle(zeros([1, 8, 4, 4]), 2).shape; // [1, 2, 8, 8]
 * ```
 */
export function pixelShuffle(x: Tensor, upscaleFactor: number): Tensor {
  checkFactor('pixelShuffle', 'upscaleFactor', upscaleFactor);
  const r = upscaleFactor;
  const [c, h, w] = x.shape.slice(-3) as [number, number, number];
  if (x.shape.length < 3 || c % (r * r) !== 0) {
    throw misfit('pixelShuffle', x, `(…, C, H, W) with a multiple of ${r * r} channels`);
  }
  const lead = x.shape.slice(0, -3);
  const channels = c / (r * r);
  return composed(x.device, () => {
    const apart = reshape(x, [...lead, channels, r, r, h, w]);
    const beside = permute(apart, lastAxes(lead.length, [0, 3, 1, 4, 2]));
    return reshape(beside, [...lead, channels, h * r, w * r]);
  });
}

/**
 * Pixels turned into channels: (…, C, H·r, W·r) to (…, C·r², H, W). The opposite of {@link pixelShuffle}.
 *
 * @throws {@link ShapeError} for fewer than three dimensions, or sizes that r does not divide.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.pixel_unshuffle.html
 *
 * @example
 * ```ts
 * import { pixelUnshuffle, zeros } from '@flambeau/core';
 * pixelUnshuffle(zeros([1, 2, 8, 8]), 2).shape; // [1, 8, 4, 4]
 * ```
 */
export function pixelUnshuffle(x: Tensor, downscaleFactor: number): Tensor {
  checkFactor('pixelUnshuffle', 'downscaleFactor', downscaleFactor);
  const r = downscaleFactor;
  const [c, h, w] = x.shape.slice(-3) as [number, number, number];
  if (x.shape.length < 3 || h % r !== 0 || w % r !== 0) {
    throw misfit('pixelUnshuffle', x, `(…, C, H, W) with H and W that ${r} divides`);
  }
  const lead = x.shape.slice(0, -3);
  return composed(x.device, () => {
    const apart = reshape(x, [...lead, c, h / r, r, w / r, r]);
    const behind = permute(apart, lastAxes(lead.length, [0, 2, 4, 1, 3]));
    return reshape(behind, [...lead, c * r * r, h / r, w / r]);
  });
}

/**
 * Channels dealt out: those of (N, C, …) seen as `groups` rows, read by columns.
 *
 * @throws {@link ShapeError} for fewer than three dimensions, or channels that `groups` does not divide.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.ChannelShuffle.html
 *
 * @example
 * ```ts
 * import { channelShuffle, tensor } from '@flambeau/core';
 * channelShuffle(tensor([[[1], [2], [3], [4]]]), 2); // [[[1], [3], [2], [4]]]
 * ```
 */
export function channelShuffle(x: Tensor, groups: number): Tensor {
  checkFactor('channelShuffle', 'groups', groups);
  const [n, c, ...rest] = x.shape as [number, number, ...number[]];
  if (x.shape.length < 3 || c % groups !== 0) {
    throw misfit('channelShuffle', x, `(N, C, …) with channels that ${groups} divides`);
  }
  return composed(x.device, () => {
    const apart = reshape(x, [n, groups, c / groups, ...rest]);
    const order = [0, 2, 1, ...rest.map((_, i) => i + 3)];
    return reshape(permute(apart, order), x.shape);
  });
}
