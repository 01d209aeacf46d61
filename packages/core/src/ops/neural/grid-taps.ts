import { hostTensor } from '../../dispatch/execute.ts';
import { allocTyped } from '../../dtype.ts';
import type { ScalarNode } from '../../scalar/index.ts';
import { s } from '../../scalar/index.ts';
import type { Tensor } from '../../tensor.ts';
import type { BinaryOp, TernaryOp } from '../define.ts';
import { defineBinary, defineTernary } from '../define.ts';
import { add, castTo, floor, ge, le, logicalAnd, round, sub, where } from '../elementwise.ts';
import { affineOp } from '../norm.ts';
import { arangeOf } from '../ranges.ts';
import { reshape } from '../view.ts';

/** What values outside of an image are. */
export type GridPadding = 'zeros' | 'border' | 'reflection';

/** How a point of the grid becomes a value. */
export type GridMode = 'bilinear' | 'nearest' | 'bicubic';

/** The pixels that points touch along one direction: (N, taps, points) each. */
export interface Taps {
  /** int32 positions; 0 where there is none. */
  readonly at: Tensor;
  /** Whether there is such a position. */
  readonly inside: Tensor;
  /** null: 1. */
  readonly weight: Tensor | null;
}

/** One direction of an image. */
export interface GridAxis {
  readonly size: number;
  readonly mode: GridMode;
  readonly padding: GridPadding;
  readonly alignCorners: boolean;
}

/** From [−1, 1] to pixels: (x + 1)·half − shift. @internal */
export const gridPixelOp: TernaryOp = /*#__PURE__*/ defineTernary('gridPixel', (x, half, shift) =>
  s.sub(s.mul(s.add(x, 1), half), shift),
);

/** x within [0, last]; NaN becomes 0. No gradient passes at the ends, as in PyTorch. @internal */
export const gridClipOp: BinaryOp = /*#__PURE__*/ defineBinary('gridClip', (x, last) =>
  s.select(s.gt(x, 0), s.select(s.ge(x, last), last, x), 0),
);

/** x mirrored at low and at low + span as often as it takes. @internal */
export const gridReflectOp: TernaryOp = /*#__PURE__*/ defineTernary('gridReflect', (x, low, span) => {
  const distance = s.abs(s.sub(x, low));
  const twice = s.mul(span, 2);
  const rest = s.sub(distance, s.mul(s.trunc(s.div(distance, twice)), twice));
  return s.add(s.select(s.le(rest, span), rest, s.sub(twice, rest)), low);
});

/** The weight of Keys' cubic convolution with a = −0.75 for the pixel `tap` − 1 from the one below a point. @internal */
export const cubicWeightOp: BinaryOp = /*#__PURE__*/ defineBinary('cubicWeight', (fraction, tap) => {
  const a = -0.75;
  const x = s.abs(s.sub(s.add(fraction, 1), tap));
  const inner: ScalarNode = s.add(s.mul(s.mul(s.sub(s.mul(x, a + 2), a + 3), x), x), 1);
  const outer: ScalarNode = s.sub(s.mul(s.add(s.mul(s.sub(s.mul(x, a), 5 * a), x), 8 * a), x), 4 * a);
  return s.select(s.le(x, 1), inner, outer);
});

/** The pixels that points of a grid touch along one direction. @param points - (N, points) in [−1, 1]. */
export function tapsOf(points: Tensor, axis: GridAxis): Taps {
  const { size, mode, alignCorners } = axis;
  const pixel = alignCorners ? gridPixelOp(points, (size - 1) / 2, 0) : gridPixelOp(points, size / 2, 0.5);
  const spread = reshape(pixel, [pixel.shape[0] as number, 1, pixel.shape[1] as number]);
  if (mode === 'nearest') return { ...placed(round(padded(spread.detach(), axis)), size), weight: null };
  if (mode === 'bilinear') {
    const x = padded(spread, axis);
    const below = floor(x.detach());
    const offsets = column(x, [0, 1]);
    const weight = affineOp(sub(x, below), column(x, [-1, 1]), column(x, [1, 0]));
    return { ...placed(add(below, offsets), size), weight };
  }
  const below = floor(spread.detach());
  const tap = reshape(castTo(arangeOf(points.device, 4), points.dtype), [4, 1]);
  // Here padding moves the pixels, not the point.
  const positions = padded(add(below, sub(tap, 1)), axis);
  return { ...placed(positions, size), weight: cubicWeightOp(sub(spread, below), tap) };
}

function padded(pixel: Tensor, { size, padding, alignCorners }: GridAxis): Tensor {
  if (padding === 'zeros') return pixel;
  if (padding === 'border') return gridClipOp(pixel, size - 1);
  const span = alignCorners ? size - 1 : size;
  const reflected = span === 0 ? pixel : gridReflectOp(pixel, alignCorners ? 0 : -0.5, span);
  return gridClipOp(reflected, size - 1);
}

function placed(position: Tensor, size: number): Pick<Taps, 'at' | 'inside'> {
  const inside = logicalAnd(ge(position, 0), le(position, size - 1));
  return { inside, at: castTo(where(inside, position, 0), 'int32') };
}

/** Numbers of the dtype of x as (taps, 1). */
function column(x: Tensor, numbers: readonly number[]): Tensor {
  const values = allocTyped(x.dtype, numbers.length);
  values.set(numbers);
  return hostTensor(x.device, x.dtype, values, [numbers.length, 1]);
}
