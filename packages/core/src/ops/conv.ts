import { dispatchOne } from '../dispatch/dispatch.ts';
import { isFloat } from '../dtype.ts';
import { ArgumentError, DTypeError, ShapeError } from '../errors.ts';
import { formatShape } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { zerosOf } from './create-ops.ts';
import { defineOp } from './define.ts';
import { add } from './elementwise.ts';
import { matmul } from './matmul.ts';
import type { KernelOp } from './op.ts';
import { sum } from './reduce.ts';
import type { Conv2dAttrs, Conv2dGradAttrs, Pair } from './types.ts';
import { foldWindowsOp, mT, narrow, permute, reshape, windowCount, windowsOp } from './view.ts';
import { copyInto } from './write.ts';

/** Zeros around the last two dimensions. */
export function padPlanes(x: Tensor, [vertical, horizontal]: Pair, value = 0): Tensor {
  if (vertical === 0 && horizontal === 0) return x;
  const [n, c, h, w] = x.shape as [number, number, number, number];
  const out = zerosOf(x.device, [n, c, h + 2 * vertical, w + 2 * horizontal], x.dtype);
  if (value !== 0) out.fill_(value);
  copyInto(narrow(narrow(out, 2, vertical, h), 3, horizontal, w), x);
  return out;
}

/** Windows of x as `(groups, N·OH·OW, C/groups·R·S)`. */
function columns(x: Tensor, kernel: Pair, { stride, padding, dilation, groups }: Conv2dAttrs): Tensor {
  const windows = dispatchOne(windowsOp, [padPlanes(x, padding)], { size: kernel, stride, dilation });
  const [n, c, oh, ow, r, q] = windows.shape as [number, number, number, number, number, number];
  const grouped = reshape(windows, [n, groups, c / groups, oh, ow, r, q]);
  return reshape(permute(grouped, [1, 0, 3, 4, 2, 5, 6]), [groups, n * oh * ow, (c / groups) * r * q]);
}

/** `(N, K, OH, OW)` as `(groups, N·OH·OW, K/groups)`. */
function pixels(g: Tensor, groups: number): Tensor {
  const [n, k, oh, ow] = g.shape as [number, number, number, number];
  return reshape(permute(reshape(g, [n, groups, k / groups, oh, ow]), [1, 0, 3, 4, 2]), [
    groups,
    n * oh * ow,
    k / groups,
  ]);
}

/** Height and width of a convolution's result. */
function outputSize(x: Tensor, w: Tensor, { stride, padding, dilation }: Conv2dAttrs): Pair {
  const [h, width] = spatial(x);
  const [r, q] = spatial(w);
  return [
    windowCount(h + 2 * padding[0], r, stride[0], dilation[0]),
    windowCount(width + 2 * padding[1], q, stride[1], dilation[1]),
  ];
}

const spatial = (x: Tensor): Pair => x.shape.slice(2) as unknown as Pair;

/** @internal */
export const conv2dOp: KernelOp<Conv2dAttrs> = /*#__PURE__*/ defineOp({
  name: 'conv2d',
  class: 'static',
  infer: ([x, w], attrs) => {
    const [t, f] = [x as Tensor, w as Tensor];
    const size = outputSize(t, f, attrs);
    if (size.some((n) => n < 1)) {
      throw new ShapeError(
        'conv2d',
        `the kernel is larger than the padded input: got ${formatShape(f.shape)} over ${formatShape(t.shape)} with padding [${attrs.padding.join(', ')}], expected at least one position.`,
        { shapes: [t.shape, f.shape] },
      );
    }
    return [{ shape: [t.shape[0] as number, f.shape[0] as number, ...size], dtype: t.dtype }];
  },
  lower: ([x, w, b], attrs) => {
    const [t, f] = [x as Tensor, w as Tensor];
    const [k, c, r, q] = f.shape as [number, number, number, number];
    const { groups } = attrs;
    const flat = reshape(f, [groups, k / groups, c * r * q]);
    const y = matmul(columns(t, [r, q], attrs), mT(flat));
    const [oh, ow] = outputSize(t, f, attrs);
    const planes = reshape(
      permute(reshape(y, [groups, t.shape[0] as number, oh, ow, k / groups]), [1, 0, 4, 2, 3]),
      [t.shape[0] as number, k, oh, ow],
    );
    return [b ? add(planes, reshape(b, [1, k, 1, 1])) : planes];
  },
  saves: { inputs: [0, 1] },
  vjp: ([g], { inputs: [x, w], attrs, needs }) => {
    if (!g || !x || !w) return [null, null, null];
    return [
      needs[0] ? dispatchOne(conv2dInputGradOp, [g, w], { ...attrs, shape: x.shape }) : null,
      needs[1] ? dispatchOne(conv2dWeightGradOp, [g, x], { ...attrs, shape: w.shape }) : null,
      needs[2] ? sum(g, [0, 2, 3]) : null,
    ];
  },
});

/** Gradient of a convolution's input. Linear in both operands, and closed under differentiation. @internal */
export const conv2dInputGradOp: KernelOp<Conv2dGradAttrs> = /*#__PURE__*/ defineOp({
  name: 'conv2dInputGrad',
  class: 'static',
  infer: ([g], { shape }) => [{ shape, dtype: (g as Tensor).dtype }],
  lower: ([g, w], { shape, ...attrs }) => {
    const [grad, f] = [g as Tensor, w as Tensor];
    const [k, c, r, q] = f.shape as [number, number, number, number];
    const [n, channels, h, width] = shape as [number, number, number, number];
    const { groups, padding } = attrs;
    const [oh, ow] = spatial(grad);
    const cols = matmul(pixels(grad, groups), reshape(f, [groups, k / groups, c * r * q]));
    const windows = reshape(permute(reshape(cols, [groups, n, oh, ow, c, r, q]), [1, 0, 4, 2, 3, 5, 6]), [
      n,
      channels,
      oh,
      ow,
      r,
      q,
    ]);
    const padded = dispatchOne(foldWindowsOp, [windows], {
      size: [r, q],
      stride: attrs.stride,
      dilation: attrs.dilation,
      shape: [n, channels, h + 2 * padding[0], width + 2 * padding[1]],
    });
    return [narrow(narrow(padded, 2, padding[0], h), 3, padding[1], width).contiguous()];
  },
  saves: { inputs: [0, 1] },
  vjp: ([gg], { inputs: [g, w], attrs: { shape: _shape, ...attrs }, needs }) => {
    if (!gg || !g || !w) return [null, null];
    return [
      needs[0] ? dispatchOne(conv2dOp, [gg, w], attrs) : null,
      needs[1] ? dispatchOne(conv2dWeightGradOp, [g, gg], { ...attrs, shape: w.shape }) : null,
    ];
  },
});

/** Gradient of a convolution's weight. @internal */
export const conv2dWeightGradOp: KernelOp<Conv2dGradAttrs> = /*#__PURE__*/ defineOp({
  name: 'conv2dWeightGrad',
  class: 'static',
  infer: ([g], { shape }) => [{ shape, dtype: (g as Tensor).dtype }],
  lower: ([g, x], { shape, ...attrs }) => {
    const [, , r, q] = shape as [number, number, number, number];
    const cols = columns(x as Tensor, [r, q], attrs);
    return [reshape(matmul(mT(pixels(g as Tensor, attrs.groups)), cols), shape)];
  },
  saves: { inputs: [0, 1] },
  vjp: ([gg], { inputs: [g, x], attrs: { shape: _shape, ...attrs }, needs }) => {
    if (!gg || !g || !x) return [null, null];
    return [
      needs[0] ? dispatchOne(conv2dOp, [x, gg], attrs) : null,
      needs[1] ? dispatchOne(conv2dInputGradOp, [g, gg], { ...attrs, shape: x.shape }) : null,
    ];
  },
});

/** Options of convolutions, under PyTorch's names. */
export interface Conv2dOptions {
  /** Step between positions. Default 1. */
  readonly stride?: number | Pair;
  /** Zeros added on both sides. Default 0. */
  readonly padding?: number | Pair;
  /** Distance between kernel elements. Default 1. */
  readonly dilation?: number | Pair;
  /** Channel groups that do not see each other. Default 1. */
  readonly groups?: number;
}

/** One number for both directions, or a pair `[vertical, horizontal]`. @throws {@link ArgumentError} on other values. */
export function pairOf(op: string, name: string, value: number | Pair, least: number): Pair {
  const pair: Pair = typeof value === 'number' ? [value, value] : value;
  if (pair.length !== 2 || pair.some((n) => !Number.isInteger(n) || n < least)) {
    throw new ArgumentError(
      op,
      `invalid ${name}: got ${JSON.stringify(value)}, expected an integer of at least ${least}, or a pair of them.`,
      { [name]: value },
    );
  }
  return pair;
}

/**
 * Two-dimensional cross-correlation.
 *
 * @param x - (N, C, H, W), float.
 * @param weight - (K, C/groups, R, S).
 * @param bias - (K), optional.
 * @returns (N, K, OH, OW) with OH = ⌊(H + 2·padding − dilation·(R − 1) − 1) / stride⌋ + 1.
 * @throws {@link ShapeError} when channels do not fit or the kernel is larger than the padded input.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.conv2d.html
 *
 * @example
 * ```ts
 * import { conv2d, ones } from '@flambeau/core';
 * conv2d(ones([1, 1, 4, 4]), ones([1, 1, 3, 3]), null, { padding: 1 }).shape; // [1, 1, 4, 4]
 * ```
 */
export function conv2d(x: Tensor, weight: Tensor, bias?: Tensor | null, options: Conv2dOptions = {}): Tensor {
  const attrs: Conv2dAttrs = {
    stride: pairOf('conv2d', 'stride', options.stride ?? 1, 1),
    padding: pairOf('conv2d', 'padding', options.padding ?? 0, 0),
    dilation: pairOf('conv2d', 'dilation', options.dilation ?? 1, 1),
    groups: options.groups ?? 1,
  };
  checkConv(x, weight, bias ?? null, attrs.groups);
  return dispatchOne(conv2dOp, bias ? [x, weight, bias] : [x, weight], attrs);
}

function checkConv(x: Tensor, weight: Tensor, bias: Tensor | null, groups: number): void {
  if (x.shape.length !== 4 || weight.shape.length !== 4) {
    throw new ShapeError(
      'conv2d',
      `wrong rank: got input ${formatShape(x.shape)} and weight ${formatShape(weight.shape)}, expected (N, C, H, W) and (K, C/groups, R, S). Add a batch dimension with unsqueeze(0)?`,
      { shapes: [x.shape, weight.shape] },
    );
  }
  if (x.dtype !== weight.dtype || !isFloat(x.dtype) || (bias && bias.dtype !== x.dtype)) {
    throw new DTypeError(
      'conv2d',
      `dtypes do not fit: got input ${x.dtype} and weight ${weight.dtype}, expected the same float dtype. Cast with x.to(dtype).`,
      { dtypes: [x.dtype, weight.dtype] },
    );
  }
  const [k, c] = weight.shape as [number, number];
  if (!Number.isInteger(groups) || groups < 1 || k % groups !== 0 || x.shape[1] !== c * groups) {
    throw new ShapeError(
      'conv2d',
      `channels do not fit: got input ${formatShape(x.shape)}, weight ${formatShape(weight.shape)} and ${groups} groups, expected ${c * groups} input channels and output channels divisible by groups.`,
      { shapes: [x.shape, weight.shape], groups },
    );
  }
  if (bias && (bias.shape.length !== 1 || bias.shape[0] !== k)) {
    throw new ShapeError(
      'conv2d',
      `the bias does not fit: got ${formatShape(bias.shape)}, expected [${k}].`,
      { shape: bias.shape },
    );
  }
}
