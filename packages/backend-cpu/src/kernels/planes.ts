import type {
  AvgPool2dAttrs,
  AvgPool2dGradAttrs,
  Conv2dAttrs,
  Conv2dGradAttrs,
  Kernel,
  Operand,
  Pool2dAttrs,
} from '@flambeau/core/functional';
import { conv2dBackwardInput, conv2dBackwardWeight } from './conv2d-backward.ts';
import { conv2dForward } from './conv2d-forward.ts';
import type { Conv2dGeometry } from './conv2d-geometry.ts';
import type { NumberArray } from './gemm.ts';
import type { AvgPool2dGeometry } from './pool.ts';
import { avgPool2dBackward, avgPool2dForward, maxPool2dBackward, maxPool2dForward } from './pool.ts';

function geometry(
  x: readonly number[],
  w: readonly number[],
  y: readonly number[],
  attrs: Conv2dAttrs,
): Conv2dGeometry {
  const [N, C, H, W] = x;
  const [K, , R, S] = w;
  return {
    N,
    C,
    H,
    W,
    K,
    R,
    S,
    strideH: attrs.stride[0],
    strideW: attrs.stride[1],
    padH: attrs.padding[0],
    padW: attrs.padding[1],
    dilationH: attrs.dilation[0],
    dilationW: attrs.dilation[1],
    groups: attrs.groups,
    OH: y[2],
    OW: y[3],
  };
}

/** A contiguous operand as an array that starts at its first element. */
function values(x: Operand): NumberArray {
  const array = x.block as NumberArray;
  return x.offset === 0 && array.length === x.size ? array : array.subarray(x.offset, x.offset + x.size);
}

export const conv2d: Kernel<Conv2dAttrs> = ([x, w, b], [y], attrs) => {
  conv2dForward(
    geometry(x.shape, w.shape, y.shape, attrs),
    values(x),
    values(w),
    b ? values(b) : null,
    values(y),
  );
};

export const conv2dInputGrad: Kernel<Conv2dGradAttrs> = ([g, w], [dx], attrs) => {
  conv2dBackwardInput(geometry(dx.shape, w.shape, g.shape, attrs), values(g), values(w), values(dx));
};

export const conv2dWeightGrad: Kernel<Conv2dGradAttrs> = ([g, x], [dw], attrs) => {
  conv2dBackwardWeight(geometry(x.shape, dw.shape, g.shape, attrs), values(x), values(g), values(dw));
};

export const maxPool2d: Kernel<Pool2dAttrs> = ([x], [y, index], attrs) => {
  const [N, C, H, W] = x.shape;
  maxPool2dForward(
    {
      planes: N * C,
      H,
      W,
      R: attrs.kernelSize[0],
      S: attrs.kernelSize[1],
      strideH: attrs.stride[0],
      strideW: attrs.stride[1],
      padH: attrs.padding[0],
      padW: attrs.padding[1],
      dilationH: attrs.dilation[0],
      dilationW: attrs.dilation[1],
      OH: y.shape[2],
      OW: y.shape[3],
    },
    values(x),
    values(y),
    values(index) as Int32Array,
  );
};

export const maxPool2dGrad: Kernel<{ readonly shape: readonly number[] }> = ([g, index], [dx]) => {
  const [N, C, H, W] = dx.shape;
  const unused = { R: 1, S: 1, strideH: 1, strideW: 1, padH: 0, padW: 0 };
  maxPool2dBackward(
    { planes: N * C, H, W, ...unused, OH: g.shape[2], OW: g.shape[3] },
    values(g),
    values(index) as Int32Array,
    values(dx),
  );
};

function averaging(x: readonly number[], y: readonly number[], attrs: AvgPool2dAttrs): AvgPool2dGeometry {
  const [N, C, H, W] = x;
  return {
    planes: N * C,
    H,
    W,
    R: attrs.kernelSize[0],
    S: attrs.kernelSize[1],
    strideH: attrs.stride[0],
    strideW: attrs.stride[1],
    padH: attrs.padding[0],
    padW: attrs.padding[1],
    OH: y[2],
    OW: y[3],
    countIncludePad: attrs.countIncludePad,
    divisorOverride: attrs.divisorOverride,
  };
}

export const avgPool2d: Kernel<AvgPool2dAttrs> = ([x], [y], attrs) => {
  avgPool2dForward(averaging(x.shape, y.shape, attrs), values(x), values(y));
};

export const avgPool2dGrad: Kernel<AvgPool2dGradAttrs> = ([g], [dx], attrs) => {
  avgPool2dBackward(averaging(dx.shape, g.shape, attrs), values(g), values(dx));
};
