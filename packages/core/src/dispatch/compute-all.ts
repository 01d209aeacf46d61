import type { MapCall, MapEachKernel } from '../backend.ts';
import type { Device } from '../device.ts';
import { MemoryBudgetError } from '../errors.ts';
import type { Buffer } from '../memory/buffer.ts';
import type { MapProgram } from '../ops/map-program.ts';
import { mapOf, pendingBelow } from './chain.ts';
import type { PendingMap } from './deferral.ts';
import { computeNow, settle } from './deferral.ts';
import type { Whole } from './pending.ts';
import { flush, markInlined, maxInputs, wholeOf } from './pending.ts';
import { mapInput, mapOutput } from './run-map.ts';

/** A buffer that is computed among others, and how. */
interface Member {
  readonly buffer: Buffer;
  readonly pending: PendingMap;
  readonly whole: Whole;
}

/** Computes pending buffers, stage by stage, those that a program describes alike in one kernel. Others are left alone. */
export function computeAll(device: Device, buffers: readonly Buffer[]): void {
  const { mapEach } = device.backend.kernels;
  for (const stage of stagesOf(buffers)) {
    if (mapEach) for (const alike of groupsOf(stage, maxInputs(device))) runTogether(device, mapEach, alike);
    for (const buffer of stage) flush(buffer);
  }
}

/** What can be computed at a time: buffers of a stage read none of the same stage, and those of later ones may read them. */
function stagesOf(buffers: readonly Buffer[]): Buffer[][] {
  const order = pendingBelow(buffers);
  const uses = new Map<Buffer, number>();
  for (const { pending } of order)
    for (const { buffer } of (pending as PendingMap).sources) uses.set(buffer, (uses.get(buffer) ?? 0) + 1);
  // What only one other expression needs is computed inside that one.
  const wanted = new Set(buffers.filter((buffer) => buffer.holders > 1 || !uses.has(buffer)));
  const stageAfter = new Map<Buffer, number>();
  const stages: Buffer[][] = [];
  for (const buffer of order) {
    let own = 0;
    for (const source of (buffer.pending as PendingMap).sources)
      own = Math.max(own, stageAfter.get(source.buffer) ?? 0);
    const isWanted = wanted.has(buffer);
    if (isWanted) {
      stages[own] ??= [];
      (stages[own] as Buffer[]).push(buffer);
    }
    stageAfter.set(buffer, isWanted ? own + 1 : own);
  }
  return stages;
}

/** Buffers of a stage by program, as far as they are read in order from beginning to end. Programs of one buffer are left out. */
function groupsOf(stage: readonly Buffer[], mostInputs: number): Member[][] {
  const groups = new Map<MapProgram, Member[]>();
  for (const buffer of stage) {
    const pending = mapOf(buffer);
    if (!pending?.flat || buffer.length === 0) continue;
    const whole = wholeOf(buffer, pending);
    if (!whole || whole.leaves.length > mostInputs) continue;
    // Kernels that wait do so for one map.
    for (const leaf of whole.leaves) computeNow(leaf.buffer);
    const { program } = whole;
    const members = groups.get(program);
    if (members) members.push({ buffer, pending, whole });
    else groups.set(program, [{ buffer, pending, whole }]);
  }
  return [...groups.values()];
}

/** Computes what is alike in one kernel, or in two where the blocks do not fit into memory at once. One alone is left. */
function runTogether(device: Device, kernel: MapEachKernel, members: readonly Member[]): void {
  const [first] = members;
  if (!first || members.length < 2) return;
  const { memory } = device;
  memory.beginCall();
  try {
    kernel(first.whole.program, members.map(callOf));
  } catch (error) {
    for (const { buffer } of members) if (buffer.values.block !== null) memory.free(buffer);
    if (!(error instanceof MemoryBudgetError)) throw error;
    const half = members.length >> 1;
    runTogether(device, kernel, members.slice(0, half));
    runTogether(device, kernel, members.slice(half));
    return;
  }
  for (const { buffer, pending, whole } of members) {
    memory.wrote(buffer);
    settle(buffer, pending, () => markInlined(whole.parts));
  }
}

const STRIDES: readonly number[] = [1];

function callOf({ buffer, whole: { leaves, scalars } }: Member): MapCall {
  const { length } = buffer;
  const shape = [length];
  const view = { strides: STRIDES, offset: 0 };
  return {
    inputs: leaves.map((leaf) => mapInput({ buffer: leaf.buffer, view }, shape, length)),
    scalars,
    output: mapOutput(buffer, shape, length),
  };
}
