import type { Device } from '../../device.ts';
import { emptyTensor } from '../../dispatch/execute.ts';
import type { DType } from '../../dtype.ts';
import type { Tensor } from '../../tensor.ts';
import { zerosOf } from '../create-ops.ts';

/** A tensor for a lowering that writes every element. Without elements nothing will be written: then it is complete. */
export function unwritten(device: Device, shape: readonly number[], dtype: DType): Tensor {
  return shape.includes(0) ? zerosOf(device, shape, dtype) : emptyTensor(device, { shape, dtype });
}
