import type { Device } from '../device.ts';
import { dispatchOne } from '../dispatch/dispatch.ts';
import { hostTensor } from '../dispatch/execute.ts';
import { readHost } from '../read.ts';
import { runtime } from '../runtime.ts';
import type { Tensor } from '../tensor.ts';
import type { TransferOp } from './op.ts';

/** Moves values between devices; autograd sends the gradient back the same way. */
export const transferOp: TransferOp = {
  kind: 'transfer',
  class: 'static',
  name: 'to',
  vjp: ([g], { metas }) => [g && metas[0] ? transfer(g, metas[0].device) : null],
};

/**
 * The same values on another device; the tensor itself if it is there already.
 *
 * @throws {@link AsyncReadError} when the source can only be read asynchronously: use {@link transferAsync}.
 */
export function transfer(x: Tensor, device: Device): Tensor {
  if (x.device === device) return x;
  return dispatchOne(transferOp, [x], { device });
}

/** The same values on another device, from any device. Gradients pass through. */
export async function transferAsync(x: Tensor, device: Device): Promise<Tensor> {
  if (x.device === device) return x;
  if (x.device.capabilities.syncRead) return transfer(x, device);
  const host = await readHost(x);
  await x.device.faults?.check(x.device);
  const result = hostTensor(device, x.dtype, host, x.shape);
  runtime.engine?.recordTransfer(x, result);
  return result;
}
