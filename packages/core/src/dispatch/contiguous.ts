import { copyStridedOp } from '../ops/copy.ts';
import { isContiguous } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { execute } from './execute.ts';

/** The tensor itself if its elements follow each other, else a copy of them in order. Never recorded. */
export function contiguous(x: Tensor): Tensor {
  if (isContiguous(x.shape, x.strides)) return x;
  return execute({ op: copyStridedOp, inputs: [x], attrs: {} })[0] as Tensor;
}

/** Releases a tensor that was made inside an op and that nobody else can have seen. */
export function disposeTemporary(x: Tensor): void {
  if (x.storage.buffer.device.memory.explicit) x.dispose();
}
