import { dispatch, dispatchOne } from '../dispatch/dispatch.ts';
import { isFloat } from '../dtype.ts';
import { DTypeError, ShapeError } from '../errors.ts';
import { composed } from '../memory/composed.ts';
import { formatShape } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { padPlanes, pairOf } from './conv.ts';
import { zerosOf } from './create-ops.ts';
import { defineOp } from './define.ts';
import { where } from './elementwise.ts';
import { gather, scatterAdd } from './indexing.ts';
import type { KernelOp } from './op.ts';
import { arangeOf } from './ranges.ts';
import type { ValuesAndIndices } from './reduce.ts';
import { argmax } from './reduce.ts';
import type { Pair, Pool2dAttrs } from './types.ts';
import { reshape, windowsOp } from './view.ts';

function pooledSize(
  length: number,
  i: 0 | 1,
  { kernelSize, stride, padding, dilation, ceilMode }: Pool2dAttrs,
): number {
  const span = length + 2 * padding[i] - dilation[i] * (kernelSize[i] - 1) - 1;
  if (!ceilMode) return Math.floor(span / stride[i]) + 1;
  const size = Math.ceil(span / stride[i]) + 1;
  return (size - 1) * stride[i] >= length + padding[i] ? size - 1 : size;
}

/** @internal */
export const maxPool2dOp: KernelOp<Pool2dAttrs> = /*#__PURE__*/ defineOp({
  name: 'maxPool2d',
  class: 'static',
  infer: ([x], attrs) => {
    const t = x as Tensor;
    const [n, c, h, w] = t.shape as [number, number, number, number];
    const shape = [n, c, pooledSize(h, 0, attrs), pooledSize(w, 1, attrs)];
    if ((shape[2] as number) < 1 || (shape[3] as number) < 1) {
      throw new ShapeError(
        'maxPool2d',
        `the window is larger than the input: got window [${attrs.kernelSize.join(', ')}] over ${formatShape(t.shape)}, expected at least one position.`,
        { shape: t.shape },
      );
    }
    return [
      { shape, dtype: t.dtype },
      { shape, dtype: 'int32' },
    ];
  },
  lower: ([x], attrs) => {
    const t = x as Tensor;
    const [n, c, h, w] = t.shape as [number, number, number, number];
    const { kernelSize, stride, padding, dilation } = attrs;
    const oh = pooledSize(h, 0, attrs);
    const ow = pooledSize(w, 1, attrs);
    const extra = [oh, ow].map((count, i) =>
      Math.max(
        0,
        (count - 1) * (stride[i] as number) +
          (dilation[i] as number) * ((kernelSize[i] as number) - 1) +
          1 -
          ((t.shape[2 + i] as number) + 2 * (padding[i] as number)),
      ),
    );
    const [padY, padX] = [padding[0] + (extra[0] as number), padding[1] + (extra[1] as number)];
    const framed = (v: Tensor, fill: number): Tensor => {
      const all = padPlanes(v, [padY, padX], fill);
      return all
        .narrow(2, extra[0] as number, h + 2 * padding[0] + (extra[0] as number))
        .narrow(3, extra[1] as number, w + 2 * padding[1] + (extra[1] as number));
    };
    const take = (v: Tensor): Tensor => {
      const windows = dispatchOne(windowsOp, [v], { size: kernelSize, stride, dilation });
      return reshape(windows.narrow(2, 0, oh).narrow(3, 0, ow), [
        v.shape[0] as number,
        v.shape[1] as number,
        oh,
        ow,
        kernelSize[0] * kernelSize[1],
      ]);
    };
    const values = take(framed(t, Number.NEGATIVE_INFINITY));
    const places = take(framed(reshape(arangeOf(t.device, h * w), [1, 1, h, w]), -1));
    const best = argmax(values, 4, { keepdim: true });
    const found = gather(places.expand([n, c, oh, ow, -1]), 4, best);
    // Where padding won, all of the window is −∞: then its first element inside is the one.
    const inside = gather(places, 4, argmax(places.ge(0).to('int32'), 4, { keepdim: true }));
    const index = where(found.lt(0), inside, found);
    return [reshape(gather(values, 4, best), [n, c, oh, ow]), reshape(index, [n, c, oh, ow])];
  },
  saves: { outputs: [1] },
  vjp: ([g], { outputs: [, index], metas }) => [
    g && index ? dispatchOne(maxPool2dGradOp, [g, index], { shape: metas[0]?.shape }) : null,
  ],
});

/** Sends each gradient back to the position that was the maximum. @internal */
export const maxPool2dGradOp: KernelOp<{ readonly shape: readonly number[] }> = /*#__PURE__*/ defineOp({
  name: 'maxPool2dGrad',
  class: 'static',
  infer: ([g], { shape }) => [{ shape, dtype: (g as Tensor).dtype }],
  lower: ([g, index], { shape }) => {
    const [n, c, h, w] = shape as [number, number, number, number];
    const zeros = zerosOf((g as Tensor).device, [n, c, h * w], (g as Tensor).dtype);
    return [reshape(scatterAdd(zeros, 2, asLines(index as Tensor), asLines(g as Tensor)), shape)];
  },
  saves: { inputs: [1] },
  vjp: ([gg], { inputs: [, index] }) => {
    if (!gg || !index) return [null, null];
    return [reshape(gather(asLines(gg), 2, asLines(index)), index.shape), null];
  },
});

/** `(N, C, H, W)` → `(N, C, H·W)`. */
function asLines(x: Tensor): Tensor {
  const [n, c, h, w] = x.shape as [number, number, number, number];
  return reshape(x, [n, c, h * w]);
}

/** Options of pooling, under PyTorch's names. */
export interface MaxPool2dOptions {
  /** Step between windows. Default: the kernel size. */
  readonly stride?: number | Pair;
  /** −∞ added on both sides, at most half the kernel. Default 0. */
  readonly padding?: number | Pair;
  /** Distance between window elements. Default 1. */
  readonly dilation?: number | Pair;
  /** Also use windows that start inside and end outside. Default false. */
  readonly ceilMode?: boolean;
}

/**
 * Largest element of each window; the first of equal ones takes the gradient, NaN wins.
 *
 * @param x - (N, C, H, W), float.
 * @param kernelSize - window height and width.
 * @returns (N, C, OH, OW).
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.max_pool2d.html
 *
 * @example
 * ```ts
 * import { maxPool2d, ones } from '@flambeau/core';
 * maxPool2d(ones([1, 1, 4, 4]), 2).shape; // [1, 1, 2, 2]
 * ```
 */
export function maxPool2d(x: Tensor, kernelSize: number | Pair, options: MaxPool2dOptions = {}): Tensor {
  return composed(x.device, () => maxPool2dWithIndices(x, kernelSize, options).values);
}

/** {@link maxPool2d} with the position of each maximum in its input plane, int32. */
export function maxPool2dWithIndices(
  x: Tensor,
  kernelSize: number | Pair,
  options: MaxPool2dOptions = {},
): ValuesAndIndices {
  const op = 'maxPool2d';
  const size = pairOf(op, 'kernelSize', kernelSize, 1);
  const attrs: Pool2dAttrs = {
    kernelSize: size,
    stride: pairOf(op, 'stride', options.stride ?? size, 1),
    padding: pairOf(op, 'padding', options.padding ?? 0, 0),
    dilation: pairOf(op, 'dilation', options.dilation ?? 1, 1),
    ceilMode: options.ceilMode ?? false,
  };
  if (x.shape.length !== 4) {
    throw new ShapeError(
      op,
      `wrong rank: got ${formatShape(x.shape)}, expected (N, C, H, W). Add a batch dimension with unsqueeze(0)?`,
      { shape: x.shape },
    );
  }
  if (!isFloat(x.dtype))
    throw new DTypeError(op, `not defined for integers: got ${x.dtype}, expected a float dtype.`, {
      dtype: x.dtype,
    });
  if (attrs.padding.some((p, i) => 2 * p > (size[i] as number))) {
    throw new ShapeError(
      op,
      `too much padding: got [${attrs.padding.join(', ')}], expected at most half of the window [${size.join(', ')}].`,
      { padding: attrs.padding },
    );
  }
  const [values, indices] = dispatch(maxPool2dOp, [x], attrs) as [Tensor, Tensor];
  return { values, indices };
}
