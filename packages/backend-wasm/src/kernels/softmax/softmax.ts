import type { AxisAttrs, Kernel, Operand } from '@flambeau/core/functional';
import { sizeOf } from '@flambeau/core/functional';
import { hasRelaxedSimd } from '../../emit/vector.ts';
import type { Scratch } from '../../memory/scratch.ts';
import type { Executor, KernelCache } from '../compiled.ts';
import { writeWords } from '../compiled.ts';
import { addressOf } from '../operand.ts';
import { emitColumns, STRIP } from './emit-columns.ts';
import { emitRows } from './emit-rows.ts';
import type { SoftmaxOp } from './kind.ts';
import { SOFTMAX_ARGUMENTS } from './kind.ts';

/** Elements that are worth another thread: some 50 µs. */
const GRAIN = 65_536;
/** Bytes of exponentials that a thread keeps at most: more would leave the second cache. */
const KEPT_BYTES = 1 << 19;

/** exp(x − max) / Σ exp(x − max) along an axis, of float32. The sum is in float64. */
export function createSoftmax(kernels: KernelCache, execute: Executor, scratch: Scratch): Kernel<AxisAttrs> {
  const run = launcher('softmax', kernels, execute, scratch);
  return ([x], [y], { axis }) => run(x, x, y, axis);
}

/** x − max − log Σ exp(x − max) along an axis, of float32. */
export function createLogSoftmax(
  kernels: KernelCache,
  execute: Executor,
  scratch: Scratch,
): Kernel<AxisAttrs> {
  const run = launcher('logSoftmax', kernels, execute, scratch);
  return ([x], [y], { axis }) => run(x, x, y, axis);
}

/** g − exp(y)·Σg along an axis, of float32. */
export function createLogSoftmaxGrad(
  kernels: KernelCache,
  execute: Executor,
  scratch: Scratch,
): Kernel<AxisAttrs> {
  const run = launcher('logSoftmaxGrad', kernels, execute, scratch);
  return ([g, y], [dx], { axis }) => run(y, g, dx, axis);
}

function launcher(
  op: SoftmaxOp,
  kernels: KernelCache,
  execute: Executor,
  scratch: Scratch,
): (x: Operand, g: Operand, y: Operand, axis: number) => void {
  const { memory } = kernels;
  return (x, g, y, axis) => {
    if (x.size === 0) return;
    const length = x.shape[axis] ?? 1;
    const inner = sizeOf(x.shape.slice(axis + 1));
    const strips = Math.ceil(inner / STRIP);
    const rows = inner === 1;
    // Columns are done 8 at a time.
    const bufferBytes = 4 * (rows ? length : 8 * length);
    const kept = op === 'softmax' && bufferBytes <= KEPT_BYTES;
    const kind = { op, kept, fused: hasRelaxedSimd() };
    const kernel = kernels.get(`${op} ${rows} ${kept}`, () => (rows ? emitRows : emitColumns)(kind, memory));
    const words = SOFTMAX_ARGUMENTS.list({
      x: addressOf(x),
      g: addressOf(g),
      y: addressOf(y),
      length,
      inner,
      strips,
      buffer: kept ? scratch.reserve(bufferBytes * execute.threads) : 0,
      bufferBytes,
    });
    const units = (x.size / (length * inner)) * strips;
    const grain = Math.max(1, Math.floor(GRAIN / (length * Math.min(inner, STRIP))));
    execute(kernel, writeWords(memory, words), units, grain);
  };
}
