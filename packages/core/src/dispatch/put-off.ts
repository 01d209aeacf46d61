import type { Epilogue, Kernel, KernelContext } from '../backend.ts';
import type { Device } from '../device.ts';
import type { Buffer } from '../memory/buffer.ts';
import { retain } from '../memory/buffer.ts';
import { sizeOf } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import type { MapSource, PendingKernel } from './deferral.ts';
import { computeNow, settle } from './deferral.ts';
import { mapInput, mapOutput } from './run-map.ts';

/**
 * How many kernels wait at a time: they hold what they read, which may be far larger than their results. Enough for the
 * gradients of a layer to wait until the masks that they go through are known.
 */
const MOST_WAITING = 4;

/** The results of a device's kernels that wait, first come first. */
const waitingOn = new WeakMap<Device, readonly Buffer[]>();

/** Those that still wait: the others are not to be kept from the collector. */
function stillWaiting(device: Device): readonly Buffer[] {
  const waiting = waitingOn.get(device)?.filter(({ pending }) => pending !== null) ?? [];
  waitingOn.set(device, waiting);
  return waiting;
}

/** A map that a kernel applies to its output, and where its other operands come from. */
export interface SourcedEpilogue extends Pick<Epilogue, 'program' | 'position' | 'scalars'> {
  readonly sources: readonly MapSource[];
}

/** Lets a kernel wait that computes the whole of `output`. What its inputs wait for is computed first. */
export function putOff(
  kernel: Kernel<unknown>,
  inputs: readonly Tensor[],
  attrs: unknown,
  output: Tensor,
): void {
  for (const x of inputs) computeNow(x.storage.buffer);
  const { buffer } = output.storage;
  const waiting = stillWaiting(buffer.device);
  if (waiting.length >= MOST_WAITING) computeNow(waiting[0] as Buffer);
  const sources = inputs.map(({ storage, shape, strides, offset }) => ({
    buffer: storage.buffer,
    view: { strides, offset },
    shape,
  }));
  for (const source of sources) retain(source.buffer);
  buffer.pending = { kind: 'kernel', kernel, sources, attrs, shape: output.shape, inlined: false, compute };
  waitingOn.set(buffer.device, [...stillWaiting(buffer.device), buffer]);
}

function compute(buffer: Buffer): void {
  const { pending, device } = buffer;
  if (pending?.kind !== 'kernel') return;
  settle(buffer, pending, () => runPutOff(pending, buffer, null));
  stillWaiting(device);
}

/** Runs a kernel that waited: into the buffer that it was to fill, or with an epilogue into that of the map. */
export function runPutOff(
  { kernel, sources, attrs, shape }: PendingKernel,
  target: Buffer,
  epilogue: SourcedEpilogue | null,
): void {
  const { memory } = target.device;
  const size = sizeOf(shape);
  memory.beginCall();
  const inputs = sources.map((source) => mapInput(source, source.shape, sizeOf(source.shape)));
  const context: KernelContext = epilogue
    ? {
        ticket: 0,
        epilogue: { ...epilogue, inputs: epilogue.sources.map((source) => mapInput(source, shape, size)) },
      }
    : { ticket: 0 };
  kernel(inputs, [mapOutput(target, shape, size)], attrs, context);
  memory.wrote(target);
}
