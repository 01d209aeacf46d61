import { DeviceError } from '../errors.ts';
import { checkLive } from '../memory/storage.ts';
import type { Op } from '../ops/op.ts';
import { transfer } from '../ops/transfer.ts';
import { runtime } from '../runtime.ts';
import type { Tensor } from '../tensor.ts';
import { disposeTemporary } from './contiguous.ts';
import { road } from './layers.ts';

/** The one road from a tensor function to a kernel. Returns the visible outputs. */
export function dispatch(op: Op, inputs: readonly (Tensor | number)[], attrs: unknown): readonly Tensor[] {
  const run = runtime.run ?? road();
  const outputs = run({ op, inputs: onOneDevice(op, inputs), attrs });
  return outputs.length === 1 ? outputs : seen(op, outputs);
}

/** The visible outputs; hidden ones live on only in the graph. */
function seen(op: Op, outputs: readonly Tensor[]): readonly Tensor[] {
  const visible = op.kind === 'map' ? 1 : op.visible;
  if (visible === undefined || visible === outputs.length) return outputs;
  for (let i = visible; i < outputs.length; i++) disposeTemporary(outputs[i] as Tensor);
  return outputs.slice(0, visible);
}

/** The same for ops with one visible output. */
export function dispatchOne(op: Op, inputs: readonly (Tensor | number)[], attrs: unknown): Tensor {
  const run = runtime.run ?? road();
  const outputs = run({ op, inputs: onOneDevice(op, inputs), attrs });
  return (outputs.length === 1 ? outputs : seen(op, outputs))[0] as Tensor;
}

/** Checks that inputs are alive and on one device; a 0-d tensor on a readable device follows the others. */
function onOneDevice(op: Op, inputs: readonly (Tensor | number)[]): readonly (Tensor | number)[] {
  let device: Tensor['device'] | null = null;
  let mixed = false;
  for (let i = 0; i < inputs.length; i++) {
    const x = inputs[i] as Tensor | number;
    if (typeof x === 'number') continue;
    checkLive(op.name, x);
    const own = x.storage.buffer.device;
    if (device === null) device = own;
    else if (device !== own) mixed = true;
  }
  return mixed ? align(op, inputs) : inputs;
}

function align(op: Op, inputs: readonly (Tensor | number)[]): readonly (Tensor | number)[] {
  const tensors = inputs.filter((x): x is Tensor => typeof x !== 'number');
  const home = (tensors.find((x) => x.shape.length > 0) ?? (tensors[0] as Tensor)).device;
  return inputs.map((x) => {
    if (typeof x === 'number' || x.device === home) return x;
    if (x.shape.length === 0 && x.device.capabilities.syncRead) return transfer(x, home);
    throw new DeviceError(
      op.name,
      `tensors are on different devices: got '${home.name}' and '${x.device.name}', expected one. Move one of them with x.to(device).`,
      { devices: [home.name, x.device.name] },
    );
  });
}
