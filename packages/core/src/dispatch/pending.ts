import type { Device } from '../device.ts';
import type { Buffer } from '../memory/buffer.ts';
import { createBuffer, retain } from '../memory/buffer.ts';
import type { MapProgram } from '../ops/map-program.ts';
import { broadcastStrides, isContiguous, sameShape, sizeOf } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import type { Chain } from './chain.ts';
import { chainBelow, mapOf, programOf, scalarsOf } from './chain.ts';
import type { PendingMap, Source } from './deferral.ts';
import { computeNow, settle } from './deferral.ts';
import { findFusion, readersOf } from './fusion.ts';
import { runPutOff } from './put-off.ts';
import { runMap } from './run-map.ts';

/** A chain is cut when one element would take more operations than this. */
const MAX_OPERATIONS = 64;

/** Makes a buffer whose values are an expression. Sources that cannot be part of it are computed first. */
export function defer(
  device: Device,
  program: MapProgram,
  inputs: readonly (Tensor | number)[],
  scalars: readonly number[],
  shape: readonly number[],
): Buffer {
  const sources = sourcesOf(inputs, shape);
  for (const source of sources) if (!fits(source, shape)) computeNow(source.buffer);
  const maxLeaves = maxInputs(device);
  let cost = measure(program, sources, maxLeaves);
  if (cost.operations > MAX_OPERATIONS || cost.leaves > maxLeaves) {
    for (const source of sources) computeNow(source.buffer);
    cost = measure(program, sources, maxLeaves);
  }
  for (const source of sources) retain(source.buffer);
  const buffer = createBuffer(device, program.dtype, sizeOf(shape));
  const flat = sources.every((source) => source.aligned && (mapOf(source.buffer)?.flat ?? true));
  buffer.pending = {
    kind: 'map',
    program,
    sources,
    scalars,
    shape,
    flat,
    ...cost,
    inlined: false,
    mark: 0,
    compute: flush,
  };
  return buffer;
}

/** The most tensors that an expression may read. */
export const maxInputs = (device: Device): number => device.capabilities.maxMapInputs ?? 8;

/** Whether a source can be computed inside an expression of this shape; one that is not pending always can be used. */
function fits({ buffer: { pending }, aligned }: Source, shape: readonly number[]): boolean {
  if (!pending) return true;
  return aligned && (pending.kind === 'kernel' || pending.flat || sameShape(pending.shape, shape));
}

/** Operands of a map as sources of a pending expression. */
function sourcesOf(inputs: readonly (Tensor | number)[], shape: readonly number[]): Source[] {
  const sources: Source[] = [];
  for (const x of inputs) {
    if (typeof x === 'number') continue;
    sources.push({
      buffer: x.storage.buffer,
      strides: broadcastStrides(x.shape, x.strides, shape),
      offset: x.offset,
      aligned:
        x.offset === 0 &&
        sameShape(x.shape, shape) &&
        x.storage.buffer.length === sizeOf(shape) &&
        isContiguous(x.shape, x.strides),
    });
  }
  return sources;
}

/**
 * Counts over the graph, not the tree: a value used twice is one. Sums are bounds, and decide while they are within the
 * limits: a long chain is gone through now and then, not at every step.
 */
function measure(
  program: MapProgram,
  sources: readonly Source[],
  maxLeaves: number,
): { operations: number; leaves: number } {
  let operations = program.operations;
  let leaves = 0;
  for (const { buffer } of sources) {
    const pending = mapOf(buffer);
    operations += pending?.operations ?? 0;
    leaves += pending?.leaves ?? 1;
  }
  if (operations <= MAX_OPERATIONS && leaves <= maxLeaves) return { operations, leaves };
  operations = program.operations;
  const mark = ++marks;
  const found: Buffer[] = [];
  const todo = sources.map((source) => source.buffer);
  for (let buffer = todo.pop(); buffer; buffer = todo.pop()) {
    const pending = mapOf(buffer);
    if (!pending) {
      if (!found.includes(buffer)) found.push(buffer);
    } else if (pending.mark !== mark) {
      pending.mark = mark;
      operations += pending.program.operations;
      for (const source of pending.sources) todo.push(source.buffer);
    }
    // Too many for one kernel: how many does not matter.
    if (operations > MAX_OPERATIONS || found.length > maxLeaves) break;
  }
  return { operations, leaves: found.length };
}

/** Counts walks over pending expressions, each of which marks what it has seen. */
let marks = 0;

/** How one kernel computes a pending map with all maps pending below it. */
export interface Whole {
  readonly program: MapProgram;
  readonly leaves: readonly Source[];
  readonly scalars: readonly number[];
  /** The pending buffers that it goes through, if there are others than this one. */
  readonly parts: readonly Buffer[];
}

const NO_PARTS: readonly Buffer[] = [];

/** The kernel of a pending map; null where it would read too much. */
export function wholeOf(buffer: Buffer, pending: PendingMap): Whole | null {
  const { program, sources, scalars } = pending;
  const most = maxInputs(buffer.device);
  if (sources.length <= most && !sources.some((source) => mapOf(source.buffer))) {
    return { program, leaves: sources, scalars, parts: NO_PARTS };
  }
  const chain = chainBelow(buffer, pending.shape);
  const { leaves, order } = chain;
  if (leaves.length > most && order.length > 1) return null;
  return { program: programOf(chain), leaves, scalars: scalarsOf(chain), parts: order };
}

/** Computes a pending map, with everything pending below it, in one kernel. Nothing to do for other buffers. */
export function flush(buffer: Buffer): void {
  const pending = mapOf(buffer);
  if (!pending) return;
  let whole = wholeOf(buffer, pending);
  if (!whole) {
    // A part was computed on its own since: it is one leaf more when others still need what it read.
    for (const source of pending.sources) computeNow(source.buffer);
    whole = wholeOf(buffer, pending) as Whole;
  }
  if (whole.leaves.some(isPending)) {
    // A kernel takes this map, or a part of it that others want too; or it runs on its own.
    if (
      whole.leaves.some((leaf) => isOnlyFor(whole, buffer, leaf)) &&
      fuse(chainBelow(buffer, pending.shape))
    ) {
      flush(buffer);
      return;
    }
    for (const leaf of whole.leaves) computeNow(leaf.buffer);
  }
  run(buffer, pending, whole);
}

/** Whether nobody but these maps holds what a kernel is to compute. */
function isOnlyFor({ parts }: Whole, buffer: Buffer, { buffer: result }: Source): boolean {
  if (result.pending?.kind !== 'kernel') return false;
  return result.holders <= readersOf(parts.length > 0 ? parts : [buffer], result);
}

const isPending = ({ buffer }: Source): boolean => buffer.pending !== null;

/** Runs the map kernel of a pending buffer, which is then no longer pending. */
function run(buffer: Buffer, pending: PendingMap, { program, leaves, scalars, parts }: Whole): void {
  const operands = leaves.map((leaf) => ({ buffer: leaf.buffer, view: leaf }));
  settle(buffer, pending, () => runMap(buffer.device, program, operands, scalars, buffer, pending.shape));
  markInlined(parts);
}

/** Notes that a kernel has computed these on its way. */
export function markInlined(parts: readonly Buffer[]): void {
  for (const part of parts) {
    const pending = mapOf(part);
    if (pending) pending.inlined = true;
  }
}

/** Runs a kernel that waits with what comes after it, if it takes that. Other kernels that wait run first. */
function fuse(chain: Chain): boolean {
  const fusion = findFusion(chain);
  if (!fusion) return false;
  const { kernel, target, epilogue } = fusion;
  for (const { buffer } of epilogue.sources) computeNow(buffer);
  settle(target, mapOf(target) as PendingMap, () => runPutOff(kernel, target, epilogue));
  markInlined(fusion.chain.order);
  return true;
}
