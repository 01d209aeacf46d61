import type { Kernel, LayerNormAttrs, Operand } from '@flambeau/core/functional';
import { sizeOf } from '@flambeau/core/functional';
import { hasRelaxedSimd } from '../../emit/vector.ts';
import { Areas } from '../../memory/areas.ts';
import type { Scratch } from '../../memory/scratch.ts';
import type { Executor, KernelCache } from '../compiled.ts';
import { writeWords } from '../compiled.ts';
import { ADD_PARTS_ARGUMENTS, emitAddParts } from '../loops/emit-add-parts.ts';
import { addressOf, setAll } from '../operand.ts';
import { BACKWARD_ARGUMENTS, emitBackward } from './emit-backward.ts';
import { emitForward, FORWARD_ARGUMENTS } from './emit-forward.ts';

/** Elements that are worth another thread: some 50 µs. */
const GRAIN = 131_072;
/** Rows whose sums are added up in float32; and the most parts of such rows. Fixed: results hang on them. */
const PART_ROWS = 32;
const MOST_PARTS = 1024;

/** (x − mean)·rstd·weight + bias over the last dimensions, of float32. */
export function createLayerNorm(
  kernels: KernelCache,
  execute: Executor,
  scratch: Scratch,
): Kernel<LayerNormAttrs> {
  const { memory } = kernels;
  const fused = hasRelaxedSimd();
  return ([x, weight, bias], [y, mean, rstd], { count, eps }) => {
    const length = lengthOf(x, count);
    if (x.size === 0) {
      for (const output of [mean, rstd]) setAll(memory, output, Number.NaN);
      return;
    }
    const affine = weight !== undefined;
    const kernel = kernels.get(`layer-norm ${affine}`, () => emitForward(affine, fused, memory));
    const epsAt = scratch.reserve(8);
    memory.views.float64[epsAt / 8] = eps;
    const words = FORWARD_ARGUMENTS.list({
      x: addressOf(x),
      weight: affine ? addressOf(weight) : 0,
      bias: affine ? addressOf(bias) : 0,
      y: addressOf(y),
      mean: addressOf(mean),
      rstd: addressOf(rstd),
      length,
      eps: epsAt,
    });
    execute(kernel, writeWords(memory, words), mean.size, Math.max(1, Math.floor(GRAIN / length)));
  };
}

/** Its gradient: dx, and with a weight also those of weight and bias. */
export function createLayerNormGrad(
  kernels: KernelCache,
  execute: Executor,
  scratch: Scratch,
): Kernel<LayerNormAttrs> {
  const { memory } = kernels;
  return ([g, x, mean, rstd, weight], [dx, dweight, dbias], { count }) => {
    const length = lengthOf(x, count);
    const affine = weight !== undefined;
    if (x.size === 0) {
      for (const sums of affine ? [dweight, dbias] : []) setAll(memory, sums, 0);
      return;
    }
    const rows = mean.size;
    const partRows = Math.max(PART_ROWS, Math.ceil(rows / MOST_PARTS));
    const parts = Math.ceil(rows / partRows);
    const areas = new Areas();
    const partsAt = areas.add(affine ? 8 * length * parts : 0);
    const ownAt = areas.add(affine ? 8 * length * execute.threads : 0);
    const base = affine ? scratch.reserve(areas.bytes) : 0;
    const kernel = kernels.get(`layer-norm-grad ${affine}`, () => emitBackward(affine, memory));
    const words = BACKWARD_ARGUMENTS.list({
      g: addressOf(g),
      x: addressOf(x),
      mean: addressOf(mean),
      rstd: addressOf(rstd),
      weight: affine ? addressOf(weight) : 0,
      dx: addressOf(dx),
      length,
      rows,
      partRows,
      parts: base + partsAt,
      own: base + ownAt,
    });
    execute(
      kernel,
      writeWords(memory, words),
      parts,
      Math.max(1, Math.floor(GRAIN / (2 * partRows * length))),
    );
    if (!affine) return;
    const add = kernels.get('conv-add-parts', () => emitAddParts(memory));
    for (const [i, target] of [dweight, dbias].entries()) {
      const sums = base + partsAt + 4 * length * i;
      const list = ADD_PARTS_ARGUMENTS.list({
        sums,
        parts,
        partBytes: 8 * length,
        rowBytes: 0,
        columns: length,
        target: addressOf(target),
      });
      execute(add, writeWords(memory, list), 1, 1);
    }
  };
}

const lengthOf = ({ shape }: Operand, count: number): number => sizeOf(shape.slice(shape.length - count));
