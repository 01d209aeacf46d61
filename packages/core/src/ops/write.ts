import type { Kernel } from '../backend.ts';
import { disposeTemporary } from '../dispatch/contiguous.ts';
import { computeNow } from '../dispatch/deferral.ts';
import { dispatchOne } from '../dispatch/dispatch.ts';
import { execute, fromBuffer, readySources, runKernel } from '../dispatch/execute.ts';
import { runMap } from '../dispatch/run-map.ts';
import { gatherPending } from '../dispatch/together.ts';
import { DTYPES } from '../dtype.ts';
import { ArgumentError, DTypeError, ShapeError } from '../errors.ts';
import { createBuffer, retain } from '../memory/buffer.ts';
import { composed } from '../memory/composed.ts';
import type { Storage } from '../memory/storage.ts';
import { checkLive, createStorage, swapBuffer } from '../memory/storage.ts';
import { runtime } from '../runtime.ts';
import { broadcastShapes, formatShape, isContiguous, sameShape } from '../shape.ts';
import { Tensor } from '../tensor.ts';
import { copyStridedOp } from './copy.ts';
import { castTo } from './elementwise.ts';
import type { MapOp } from './map-op.ts';
import { programFor } from './map-op.ts';
import { transfer } from './transfer.ts';
import { expand } from './view.ts';

/** True when the tensor's elements are exactly its buffer, in order. */
function coversBuffer(x: Tensor): boolean {
  return x.offset === 0 && x.size === x.storage.buffer.length && isContiguous(x.shape, x.strides);
}

/** Gives the storage a buffer that nobody else holds, with the same values. */
function makeExclusive(storage: Storage): void {
  computeNow(storage.buffer);
  if (storage.buffer.holders === 1) return;
  const { buffer } = storage;
  retain(buffer);
  const whole = fromBuffer(buffer, [buffer.length]);
  const copy = execute({ op: copyStridedOp, inputs: [whole], attrs: {} })[0] as Tensor;
  retain(copy.storage.buffer);
  swapBuffer(storage, copy.storage.buffer);
  for (const temporary of [copy, whole]) temporary.dispose();
}

/**
 * Writes values into a tensor's memory, broadcast and converted to its dtype. Views of the same memory see them.
 * Not recorded by autograd: callers see to that.
 */
export function copyInto(target: Tensor, source: Tensor): void {
  const values = castTo(expand(source, target.shape), target.dtype);
  if (target.size === 0) return;
  const overlaps = values.storage === target.storage;
  const separate = overlaps
    ? (execute({ op: copyStridedOp, inputs: [values], attrs: {} })[0] as Tensor)
    : values;
  makeExclusive(target.storage);
  const kernel = target.device.kernel('copyStrided') as Kernel<unknown>;
  runKernel(
    { op: copyStridedOp, inputs: [separate], attrs: {} },
    target.device,
    kernel,
    [separate],
    [target],
  );
  markWritten(target);
  if (separate !== source) disposeTemporary(separate);
}

/** Puts a computed tensor's values into `target`: by taking over its memory where the target is a whole buffer. */
export function assign(target: Tensor, result: Tensor): void {
  if (!coversBuffer(target) || result.dtype !== target.dtype || !coversBuffer(result)) {
    copyInto(target, result);
    return;
  }
  retain(result.storage.buffer);
  swapBuffer(target.storage, result.storage.buffer);
  markWritten(target);
}

/** Counts a write. The handle that was written through stays valid; other recorded views of the memory are stale. */
export function markWritten(target: Tensor): void {
  target.nodeVersion = ++target.storage.version;
}

/** Refuses released tensors, lets autograd refuse the write, and tells whether it is to be recorded. */
export function beforeWrite(op: string, target: Tensor, inputs: readonly (Tensor | number)[]): boolean {
  for (const x of inputs) if (typeof x !== 'number') checkLive(op, x);
  const { gradMode, engine } = runtime;
  const recorded = gradMode && inputs.some((x) => typeof x !== 'number' && x.requiresGrad);
  if (gradMode) engine?.beforeInPlace(op, target, recorded);
  return recorded;
}

/** @throws {@link ArgumentError} for expanded tensors, whose elements share memory: PyTorch refuses to write to them, too. */
export function checkDistinct(op: string, { shape, strides, size }: Tensor): void {
  if (size < 2) return;
  for (let i = 0; i < shape.length; i++) {
    if (strides[i] !== 0 || (shape[i] as number) < 2) continue;
    throw new ArgumentError(
      op,
      `elements share memory: got ${formatShape(shape)} with ${shape[i]} elements in one place along dimension ${i}, expected a tensor that was not expanded. Use clone() first.`,
      { shape, strides },
    );
  }
}

/** Checks that an in-place result fits its target. */
function checkFits(op: string, target: Tensor, shape: readonly number[], dtype: Tensor['dtype']): void {
  checkLive(op, target);
  if (!sameShape(target.shape, shape)) {
    throw new ShapeError(
      op,
      `the result does not fit in place: got ${formatShape(shape)}, expected ${formatShape(target.shape)}. Use the form without the underscore.`,
      { shape, target: target.shape },
    );
  }
  if (DTYPES[dtype].category > DTYPES[target.dtype].category) {
    throw new DTypeError(
      op,
      `the result does not fit in place: got ${dtype}, expected ${target.dtype}. Use the form without the underscore.`,
      { dtype, target: target.dtype },
    );
  }
}

/** Runs an elementwise op with `target` as first operand and writes the result into it. */
export function inPlace(op: MapOp, target: Tensor, ...others: readonly (Tensor | number)[]): Tensor {
  const name = `${op.name}_`;
  const inputs = [target, ...others];
  checkDistinct(name, target);
  const recorded = beforeWrite(name, target, inputs);
  const program = programFor(op, inputs);
  let shape = target.shape;
  for (const x of others) if (typeof x !== 'number') shape = broadcastShapes(name, shape, x.shape);
  checkFits(name, target, shape, program.dtype);
  if (!recorded && runsInPlace(target, others) && program.dtype === target.dtype) {
    runMap(
      target.device,
      program,
      readySources(inputs, shape),
      others.filter((x) => typeof x === 'number'),
      target.storage.buffer,
      shape,
    );
    markWritten(target);
    return target;
  }
  // State that is updated again and again, as momentum is, would make every kernel repeat all updates before it.
  if (target.storage.buffer.pending?.inlined) computeNow(target.storage.buffer);
  return composed(target.device, () => {
    const before = recorded ? snapshot(target) : target;
    const operands = inputs.map((x) => (x === target ? before : x));
    const result = castTo(dispatchOne(op, operands, undefined), target.dtype);
    assign(target, result);
    if (recorded) adoptHistory(target, result);
    gatherPending(target.storage.buffer);
    return target;
  });
}

/** True when a kernel may write over the target while it reads it: nobody else holds the values, layouts agree. */
function runsInPlace(target: Tensor, others: readonly (Tensor | number)[]): boolean {
  const { buffer } = target.storage;
  if (target.device.deferral || buffer.pending || buffer.holders > 1 || !coversBuffer(target)) return false;
  return others.every((x) => {
    if (typeof x === 'number') return true;
    if (x.device !== target.device) return false;
    return x.storage !== target.storage || (sameShape(x.shape, target.shape) && coversBuffer(x));
  });
}

/** The present values with their history, in a storage of their own: backward may need them after the write. */
function snapshot(target: Tensor): Tensor {
  retain(target.storage.buffer);
  const before = new Tensor(
    createStorage(target.storage.buffer),
    target.dtype,
    target.shape,
    target.strides,
    target.offset,
  );
  before.node = target.node;
  before.nodeOutput = target.nodeOutput;
  return before;
}

/** Makes a tensor the result of a recorded in-place op. */
export function adoptHistory(target: Tensor, result: Tensor): void {
  target.node = result.node;
  target.nodeOutput = result.nodeOutput;
  target.nodeVersion = target.storage.version;
}

/** Fills a tensor with values, broadcast: `copy_`. */
export function copyInPlace(target: Tensor, source: Tensor): Tensor {
  checkDistinct('copy_', target);
  const recorded = beforeWrite('copy_', target, [target, source]);
  return composed(target.device, () => {
    const values = castTo(
      expand(source.device === target.device ? source : transfer(source, target.device), target.shape),
      target.dtype,
    );
    if (!recorded) {
      copyInto(target, values);
      return target;
    }
    const result = dispatchOne(copyStridedOp, [values], {});
    assign(target, result);
    adoptHistory(target, result);
    return target;
  });
}

/** A pending or shared buffer is replaced, not written: `fill_` and `zero_`. */
export function fillInPlace(target: Tensor, value: number): Tensor {
  checkDistinct('fill_', target);
  beforeWrite('fill_', target, [target]);
  if (coversBuffer(target) && target.storage.buffer.holders > 1) {
    swapBuffer(target.storage, createBuffer(target.device, target.dtype, target.size));
  } else makeExclusive(target.storage);
  const kernel = target.device.kernel('fill') as Kernel<unknown>;
  runKernel({ op: copyStridedOp, inputs: [], attrs: { value } }, target.device, kernel, [], [target]);
  markWritten(target);
  if (runtime.gradMode && target.requiresGrad) target.node = null;
  return target;
}
