import { contiguous, disposeTemporary } from './dispatch/contiguous.ts';
import { computeNow } from './dispatch/deferral.ts';
import type { TypedArray } from './dtype.ts';
import { AsyncReadError } from './errors.ts';
import type { Buffer } from './memory/buffer.ts';
import { letGo, retain } from './memory/buffer.ts';
import { checkLive } from './memory/storage.ts';
import type { Tensor } from './tensor.ts';

/** Nested arrays of numbers (or booleans), as deep as the tensor has dimensions. */
export type NestedArray = number | boolean | readonly NestedArray[];

function ready(x: Tensor, op: string): Tensor {
  checkLive(op, x);
  const own = contiguous(x);
  computeNow(own.storage.buffer);
  own.device.memory.beginCall();
  return own;
}

/** The values from the host's copy, where there is one: what was spilled need not be loaded to be read. */
function hostValues({ values: { host } }: Buffer, offset: number, length: number): TypedArray | null {
  return host?.slice(offset, offset + length) ?? null;
}

/** Copies the values out without looking for faults. The buffer is held while the read is under way. */
export async function readHost(x: Tensor): Promise<TypedArray> {
  const own = ready(x, 'data');
  const { buffer } = own.storage;
  const { memory, backend } = own.device;
  retain(buffer);
  try {
    const known = hostValues(buffer, own.offset, own.size);
    return known ?? (await backend.read(memory.block(buffer), own.dtype, own.offset, own.size));
  } finally {
    letGo(buffer);
    if (own !== x) disposeTemporary(own);
  }
}

/** Copies the values out, in row-major order. */
export async function readData(x: Tensor): Promise<TypedArray> {
  const { device } = x;
  const data = await readHost(x);
  await device.faults?.check(device);
  await device.memory.settle();
  return data;
}

/** Copies the values out at once. @throws {@link AsyncReadError} on devices that cannot. */
export function readDataSync(x: Tensor, op = 'dataSync', instead = 'await x.data()'): TypedArray {
  const { backend, capabilities } = x.device;
  if (!capabilities.syncRead || !backend.readSync) throw new AsyncReadError(op, x.device.name, instead);
  const own = ready(x, op);
  const { buffer } = own.storage;
  const known = hostValues(buffer, own.offset, own.size);
  const data = known ?? backend.readSync(own.device.memory.block(buffer), own.dtype, own.offset, own.size);
  if (own !== x) disposeTemporary(own);
  return data;
}

/** Arranges flat values as nested arrays; bool becomes true and false. */
export function nest(data: TypedArray, shape: readonly number[], asBool: boolean): NestedArray {
  let at = 0;
  const build = (axis: number): NestedArray => {
    if (axis === shape.length) {
      const value = data[at++] as number;
      return asBool ? value !== 0 : value;
    }
    return Array.from({ length: shape[axis] as number }, () => build(axis + 1));
  };
  return build(0);
}
