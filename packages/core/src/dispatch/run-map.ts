import type { Operand } from '../backend.ts';
import type { Device } from '../device.ts';
import { UnsupportedOpError } from '../errors.ts';
import type { Buffer } from '../memory/buffer.ts';
import type { MapProgram } from '../ops/map-program.ts';
import { contiguousStrides, sizeOf } from '../shape.ts';
import type { MapSource } from './deferral.ts';

/** Runs a map program now. Sources must not be pending; the target gets a block if it has none. */
export type MapRunner = (
  device: Device,
  program: MapProgram,
  sources: readonly MapSource[],
  scalars: readonly number[],
  target: Buffer,
  shape: readonly number[],
) => void;

/** Runs a map as one kernel, or in steps where the backend cannot take it whole. */
export const runMap: MapRunner = (device, program, sources, scalars, target, shape) => {
  const size = sizeOf(shape);
  if (size === 0) {
    if (target.values.block === null) device.memory.allocate(target);
    return;
  }
  const { memory, backend, steps } = device;
  const { fuse, maxMapInputs = sources.length } = device.capabilities;
  if (steps && (!fuse || sources.length > maxMapInputs)) {
    steps(device, program, sources, scalars, target, shape);
    return;
  }
  memory.beginCall();
  const inputs = new Array<Operand>(sources.length);
  for (let i = 0; i < sources.length; i++) inputs[i] = mapInput(sources[i] as MapSource, shape, size);
  backend.kernels.map(program, inputs, scalars, mapOutput(target, shape, size));
  memory.wrote(target);
};

/** A source as a map kernel reads it, with the shape of the map. */
export function mapInput({ buffer, view }: MapSource, shape: readonly number[], size: number): Operand {
  const { device, dtype } = buffer;
  return {
    block: device.memory.block(buffer),
    dtype,
    shape,
    strides: view.strides,
    offset: view.offset,
    size,
  };
}

/** A buffer as a map kernel fills it; it gets a block if it has none. */
export function mapOutput(buffer: Buffer, shape: readonly number[], size: number): Operand {
  const { device, dtype } = buffer;
  const block = buffer.values.block === null ? device.memory.allocate(buffer) : device.memory.block(buffer);
  return { block, dtype, shape, strides: contiguousStrides(shape), offset: 0, size };
}

/** The error for an op that a device can neither run nor lower. */
export function unsupported(op: string, device: Device, dtype: string): UnsupportedOpError {
  return new UnsupportedOpError(
    op,
    `not supported: got device '${device.name}' and ${dtype}, expected a device with a kernel for it. Register one with device.register('${op}', kernel).`,
    { device: device.name, dtype },
  );
}
