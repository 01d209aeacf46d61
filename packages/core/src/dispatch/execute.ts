import type { Fault, Kernel, KernelContext, Operand } from '../backend.ts';
import type { Device } from '../device.ts';
import type { DType, TypedArray } from '../dtype.ts';
import { DeviceError, DTypeError } from '../errors.ts';
import type { Buffer } from '../memory/buffer.ts';
import { createBuffer } from '../memory/buffer.ts';
import { createStorage } from '../memory/storage.ts';
import type { MapOp } from '../ops/map-op.ts';
import { programFor } from '../ops/map-op.ts';
import type { KernelOp, OutputSpec, TransferAttrs, ViewOp } from '../ops/op.ts';
import { readDataSync } from '../read.ts';
import { runtime } from '../runtime.ts';
import { broadcastShapes, broadcastStrides, contiguousStrides, sizeOf } from '../shape.ts';
import { Tensor } from '../tensor.ts';
import type { Call } from './call.ts';
import { contiguous, disposeTemporary } from './contiguous.ts';
import type { MapSource } from './deferral.ts';
import { computeNow } from './deferral.ts';
import { runMap, unsupported } from './run-map.ts';

/** Runs a call on its device: the innermost part of the road. Only this folder calls kernels. */
export function execute(call: Call): readonly Tensor[] {
  const { op } = call;
  switch (op.kind) {
    case 'map':
      return [executeMap(op, call.inputs)];
    case 'view':
      return [executeView(op, call.inputs[0] as Tensor, call.attrs as never)];
    case 'kernel':
      return executeKernel(call, op, call.inputs as readonly Tensor[], call.attrs as never);
    case 'transfer':
      return [executeTransfer(call.inputs[0] as Tensor, (call.attrs as TransferAttrs).device)];
  }
}

function executeMap(op: MapOp, inputs: readonly (Tensor | number)[]): Tensor {
  const program = programFor(op, inputs);
  let shape: readonly number[] | null = null;
  let device: Device | null = null;
  const scalars: number[] = [];
  for (let i = 0; i < inputs.length; i++) {
    const x = inputs[i] as Tensor | number;
    if (typeof x === 'number') {
      scalars.push(x);
      continue;
    }
    shape = shape === null || shape === x.shape ? x.shape : broadcastShapes(op.name, shape, x.shape);
    device ??= x.storage.buffer.device;
  }
  if (!device || !shape)
    throw new DTypeError(
      op.name,
      'no tensor among the operands: got only numbers, expected at least one tensor. Use tensor(number).',
    );
  checkDtype(op.name, device, program.dtype);
  if (device.deferral) {
    return fromBuffer(device.deferral.defer(device, program, inputs, scalars, shape), shape);
  }
  const buffer = createBuffer(device, program.dtype, sizeOf(shape));
  runMap(device, program, readySources(inputs, shape), scalars, buffer, shape);
  return fromBuffer(buffer, shape);
}

/** Operands of a map that runs now. */
export function readySources(inputs: readonly (Tensor | number)[], shape: readonly number[]): MapSource[] {
  const sources: MapSource[] = [];
  for (let i = 0; i < inputs.length; i++) {
    const x = inputs[i] as Tensor | number;
    if (typeof x === 'number') continue;
    const { buffer } = x.storage;
    computeNow(buffer);
    const strides = x.shape === shape ? x.strides : broadcastStrides(x.shape, x.strides, shape);
    sources.push({ buffer, view: { strides, offset: x.offset } });
  }
  return sources;
}

function executeView(op: ViewOp<never>, x: Tensor, attrs: never): Tensor {
  const { shape, strides, offset } = op.view(x, attrs);
  return new Tensor(x.storage, x.dtype, shape, strides, offset);
}

function executeKernel(
  call: Call,
  op: KernelOp<never>,
  inputs: readonly Tensor[],
  attrs: never,
): readonly Tensor[] {
  const specs = op.infer(inputs, attrs);
  const device = inputs[0]?.device ?? deviceFromAttrs(attrs);
  for (const spec of specs) checkDtype(op.name, device, spec.dtype);
  const kernel = kernelFor(device, op, specs[0]);
  if (!kernel) {
    if (!op.lower) throw unsupported(op.name, device, specs[0]?.dtype ?? 'no dtype');
    return lower(call, op, inputs, attrs);
  }
  const ready = op.strided ? inputs : inputs.map(contiguous);
  const outputs = specs.map((spec) => emptyTensor(device, spec));
  const [output] = outputs;
  // Kernels with faults tell them at the call.
  if (
    device.deferral &&
    kernel.fusesOutput &&
    outputs.length === 1 &&
    output &&
    !op.fault &&
    output.size > 0
  ) {
    device.deferral.putOff(kernel, ready, attrs, output);
  } else runKernel(call, device, kernel, ready, outputs);
  if (ready !== inputs) {
    ready.forEach((x, i) => {
      if (x !== inputs[i]) disposeTemporary(x);
    });
  }
  return outputs;
}

/** The device's kernel for an op, if it is for that dtype. */
function kernelFor(
  device: Device,
  { name }: KernelOp<never>,
  output: OutputSpec | undefined,
): Kernel<unknown> | undefined {
  const kernel = device.kernel(name) as Kernel<unknown> | undefined;
  return kernel?.dtypes && output && !kernel.dtypes.includes(output.dtype) ? undefined : kernel;
}

/**
 * Runs an op through its lowering. What it made on the way is released at once on devices that need it; faults inside
 * are told in the words of the outermost checked op.
 */
export function lower(
  call: Call,
  op: KernelOp<never>,
  inputs: readonly Tensor[],
  attrs: never,
): readonly Tensor[] {
  const parts = op.lower as (inputs: readonly Tensor[], attrs: never) => readonly Tensor[];
  const owner = runtime.faultOwner;
  if (op.fault && !owner) runtime.faultOwner = call;
  try {
    return (inputs[0]?.device ?? deviceFromAttrs(attrs)).memory.composed(
      () => parts(inputs, attrs),
      (outputs) => [...outputs, ...inputs],
    );
  } finally {
    runtime.faultOwner = owner;
  }
}

/** Hands tensors to a kernel: computes what is pending, loads what was spilled, allocates outputs, checks faults. */
export function runKernel(
  call: Call,
  device: Device,
  kernel: Kernel<unknown>,
  inputs: readonly Tensor[],
  outputs: readonly Tensor[],
): void {
  const { memory } = device;
  for (const x of inputs) computeNow(x.storage.buffer);
  memory.beginCall();
  const operands = inputs.map((x) => operandOf(x, false));
  const targets = outputs.map((x) => operandOf(x, true));
  const fault = kernel(operands, targets, call.attrs, device.faults?.context(call, device) ?? NO_TICKET);
  for (const x of outputs) memory.wrote(x.storage.buffer);
  if (fault) throw faultError(runtime.faultOwner ?? call, fault);
}

function operandOf(x: Tensor, isOutput: boolean): Operand {
  const { buffer } = x.storage;
  const { memory } = buffer.device;
  const fresh = isOutput && buffer.values.block === null && buffer.values.host === null;
  const block = fresh ? memory.allocate(buffer) : memory.block(buffer);
  return {
    block,
    dtype: x.dtype,
    shape: x.shape,
    strides: x.strides,
    offset: x.offset,
    size: x.size,
  };
}

const NO_TICKET: KernelContext = { ticket: 0 };

/** The error that an op declares for an invalid value. */
export function faultError({ op, attrs }: Pick<Call, 'op' | 'attrs'>, fault: Fault): Error {
  return op.kind === 'kernel' && op.fault
    ? op.fault(fault, attrs as never)
    : new DeviceError(op.name, `invalid value: got ${fault.value} at position ${fault.index}.`, { ...fault });
}

function executeTransfer(x: Tensor, device: Device): Tensor {
  checkDtype('to', device, x.dtype);
  const instead = `${device.capabilities.syncRead ? 'await x.cpu(), or ' : ''}await x.toAsync(device)`;
  return hostTensor(device, x.dtype, readDataSync(x, 'to', instead), x.shape);
}

/** A contiguous tensor over a whole buffer. */
export function fromBuffer(buffer: Buffer, shape: readonly number[]): Tensor {
  return new Tensor(createStorage(buffer), buffer.dtype, shape, contiguousStrides(shape), 0);
}

/** A contiguous tensor of host values, which must not be used by anyone else afterwards. They are uploaded when needed. */
export function hostTensor(device: Device, dtype: DType, data: TypedArray, shape: readonly number[]): Tensor {
  const buffer = createBuffer(device, dtype, data.length);
  buffer.values.host = data;
  return fromBuffer(buffer, shape);
}

/** A contiguous tensor whose values are yet to be written. */
export function emptyTensor(device: Device, spec: OutputSpec): Tensor {
  return fromBuffer(createBuffer(device, spec.dtype, sizeOf(spec.shape)), spec.shape);
}

/** Creation ops have no inputs and name their device. */
function deviceFromAttrs(attrs: unknown): Device {
  return (attrs as { readonly device: Device }).device;
}

/** @throws {@link DTypeError} when the device has no such dtype. */
export function checkDtype(op: string, device: Device, dtype: Tensor['dtype']): void {
  const { dtypes } = device.capabilities;
  if (!dtypes.includes(dtype)) {
    throw new DTypeError(
      op,
      `device '${device.name}' has no ${dtype}: got ${dtype}, expected one of ${dtypes.join(', ')}. Cast with x.to(dtype).`,
      { dtype, device: device.name },
    );
  }
}
