import type { Device } from '../device.ts';
import { dispatchOne } from '../dispatch/dispatch.ts';
import { hostTensor } from '../dispatch/execute.ts';
import type { DType } from '../dtype.ts';
import { fillThreefryUniform } from '../random/index.ts';
import { sizeOf } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { defineOp } from './define.ts';
import type { KernelOp } from './op.ts';

interface Creation {
  readonly device: Device;
  readonly shape: readonly number[];
  readonly dtype: DType;
}

/** @internal */
export const fillOp: KernelOp<Creation & { readonly value: number }> = /*#__PURE__*/ defineOp({
  name: 'fill',
  class: 'static',
  strided: true,
  infer: (_inputs, { shape, dtype }) => [{ shape, dtype }],
  vjp: null,
});

/** @internal */
export const randomUniformOp: KernelOp<
  Creation & { readonly key0: number; readonly key1: number; readonly offset: number }
> = /*#__PURE__*/ defineOp({
  name: 'randomUniform',
  class: 'static',
  infer: (_inputs, { shape, dtype }) => [{ shape, dtype }],
  lower: (_inputs, { device, shape, key0, key1, offset }) => {
    const out = new Float32Array(sizeOf(shape));
    fillThreefryUniform(out, key0, key1, offset);
    return [hostTensor(device, 'float32', out, shape)];
  },
  vjp: null,
});

/** A tensor of zeros on a device. */
export function zerosOf(device: Device, shape: readonly number[], dtype: DType): Tensor {
  return filled(device, shape, dtype, 0);
}

/** A tensor with one value everywhere. */
export function filled(device: Device, shape: readonly number[], dtype: DType, value: number): Tensor {
  return dispatchOne(fillOp, [], { device, shape, dtype, value });
}
