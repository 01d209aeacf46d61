import type { GroupNormAttrs, Kernel, Operand } from '@flambeau/core/functional';
import { sizeOf } from '@flambeau/core/functional';
import { hasRelaxedSimd } from '../../emit/vector.ts';
import type { Scratch } from '../../memory/scratch.ts';
import type { Executor, KernelCache } from '../compiled.ts';
import { writeWords } from '../compiled.ts';
import { ADD_PARTS_ARGUMENTS, emitAddParts } from '../loops/emit-add-parts.ts';
import { addressOf, setAll } from '../operand.ts';
import { BACKWARD_ARGUMENTS, emitBackward } from './emit-backward.ts';
import { emitForward, FORWARD_ARGUMENTS } from './emit-forward.ts';

/** Elements that are worth another thread: some 50 µs. */
const GRAIN = 131_072;

/** (x − mean)·rstd·weight + bias of groups of channels, of float32. */
export function createGroupNorm(
  kernels: KernelCache,
  execute: Executor,
  scratch: Scratch,
): Kernel<GroupNormAttrs> {
  const { memory } = kernels;
  const fused = hasRelaxedSimd();
  return ([x, weight, bias], [y, mean, rstd], { groups, eps }) => {
    if (x.size === 0) {
      for (const output of [mean, rstd]) setAll(memory, output, Number.NaN);
      return;
    }
    const affine = weight !== undefined;
    const sizes = sizesOf(x, groups, affine);
    const kernel = kernels.get(`group-norm ${affine}`, () => emitForward(affine, fused, memory));
    const epsAt = scratch.reserve(8);
    memory.views.float64[epsAt / 8] = eps;
    const words = FORWARD_ARGUMENTS.list({
      x: addressOf(x),
      weight: affine ? addressOf(weight) : 0,
      bias: affine ? addressOf(bias) : 0,
      y: addressOf(y),
      mean: addressOf(mean),
      rstd: addressOf(rstd),
      ...sizes,
      eps: epsAt,
    });
    execute(kernel, writeWords(memory, words), mean.size, grainOf(sizes));
  };
}

/** Its gradient: dx, and with a weight also those of weight and bias, images' sums of which are added up in float32. */
export function createGroupNormGrad(
  kernels: KernelCache,
  execute: Executor,
  scratch: Scratch,
): Kernel<GroupNormAttrs> {
  const { memory } = kernels;
  const fused = hasRelaxedSimd();
  return ([g, x, mean, rstd, weight], [dx, dweight, dbias], { groups }) => {
    const affine = weight !== undefined;
    const [images, channels] = x.shape;
    if (x.size === 0) {
      for (const sums of affine ? [dweight, dbias] : []) setAll(memory, sums, 0);
      return;
    }
    const sizes = sizesOf(x, groups, affine);
    const kernel = kernels.get(`group-norm-grad ${affine}`, () => emitBackward(affine, fused, memory));
    const biasAt = 4 * channels;
    const parts = affine ? scratch.reserve(2 * biasAt * images) : 0;
    const words = BACKWARD_ARGUMENTS.list({
      g: addressOf(g),
      x: addressOf(x),
      mean: addressOf(mean),
      rstd: addressOf(rstd),
      weight: affine ? addressOf(weight) : 0,
      dx: addressOf(dx),
      ...sizes,
      parts,
      biasAt,
    });
    execute(kernel, writeWords(memory, words), mean.size, grainOf(sizes));
    if (!affine) return;
    const add = kernels.get('conv-add-parts', () => emitAddParts(memory));
    for (const [i, target] of [dweight, dbias].entries()) {
      const list = ADD_PARTS_ARGUMENTS.list({
        sums: parts + biasAt * i,
        parts: images,
        partBytes: 2 * biasAt,
        rowBytes: 0,
        columns: channels,
        target: addressOf(target),
      });
      execute(add, writeWords(memory, list), 1, 1);
    }
  };
}

interface Sizes {
  readonly channels: number;
  readonly plane: number;
  readonly groups: number;
}

/** Of a row: where all of it has the same factors, it is one channel. */
function sizesOf({ shape }: Operand, groups: number, affine: boolean): Sizes {
  const channels = shape[1] / groups;
  const plane = sizeOf(shape.slice(2));
  return affine ? { channels, plane, groups } : { channels: 1, plane: channels * plane, groups };
}

const grainOf = ({ channels, plane }: Sizes): number => Math.max(1, Math.floor(GRAIN / (channels * plane)));
