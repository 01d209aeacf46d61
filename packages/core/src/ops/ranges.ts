import type { Device } from '../device.ts';
import { hostTensor } from '../dispatch/execute.ts';
import type { Tensor } from '../tensor.ts';

/** 0, 1, …, n − 1 as int32 on a device. */
export function arangeOf(device: Device, n: number): Tensor {
  const values = Int32Array.from({ length: n }, (_, i) => i);
  return hostTensor(device, 'int32', values, [n]);
}

/** 0, step, 2·step, … of n numbers as int32 on a device. */
export function stepsOf(device: Device, n: number, step: number): Tensor {
  return intsOf(
    device,
    Array.from({ length: n }, (_, i) => i * step),
  );
}

/** A vector of int32 on a device. */
export function intsOf(device: Device, values: readonly number[]): Tensor {
  return hostTensor(device, 'int32', Int32Array.from(values), [values.length]);
}
