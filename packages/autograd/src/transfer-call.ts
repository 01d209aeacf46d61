import type { Call, Device, Tensor } from '@flambeau/core';
import { transferOp } from '@flambeau/core';

/** The call that moves a tensor to a device. */
export function transferCall(source: Tensor, device: Device): Call {
  return { op: transferOp, inputs: [source], attrs: { device } };
}
