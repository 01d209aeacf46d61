import type { FusedOps, Kernel, NoAttrs, Operand } from '@flambeau/core/functional';
import { sizeOf } from '@flambeau/core/functional';
import type { ModuleBuilder } from '../../emit/module.ts';
import type { Executor, KernelCache } from '../compiled.ts';
import { writeWords } from '../compiled.ts';
import { addressOf } from '../operand.ts';
import { GRADIENT_ARGUMENTS, STATISTICS_ARGUMENTS, STRIP } from './arguments.ts';
import { emitColumnGradient, emitColumnStatistics } from './emit-columns.ts';
import { emitGradient, emitStatistics } from './emit-planes.ts';

/** Elements that are worth another thread: some 50 µs. */
const GRAIN = 131_072;

/** Mean and biased variance of every channel of float32. Sums are in float64. */
export function createChannelStats(kernels: KernelCache, execute: Executor): Kernel<NoAttrs> {
  const { memory } = kernels;
  return ([x], [mean, variance]) => {
    const sizes = sizesOf(x);
    const words = STATISTICS_ARGUMENTS.list({
      x: addressOf(x),
      mean: addressOf(mean),
      variance: addressOf(variance),
      ...sizes,
    });
    const emit = sizes.plane === 1 ? emitColumnStatistics : emitStatistics;
    run(kernels, execute, 'channel-stats', sizes, words, () => emit(memory));
  };
}

/** Gradient of batch normalisation with the batch's own statistics, of float32. */
export function createBatchNormGrad(
  kernels: KernelCache,
  execute: Executor,
): Kernel<FusedOps['batchNormGrad']> {
  const { memory } = kernels;
  return ([g, x, mean, rstd, weight], [dx, dweight, dbias]) => {
    const sizes = sizesOf(x);
    const words = GRADIENT_ARGUMENTS.list({
      g: addressOf(g),
      x: addressOf(x),
      mean: addressOf(mean),
      rstd: addressOf(rstd),
      weight: addressOf(weight),
      dx: addressOf(dx),
      dweight: addressOf(dweight),
      dbias: addressOf(dbias),
      ...sizes,
    });
    const emit = sizes.plane === 1 ? emitColumnGradient : emitGradient;
    run(kernels, execute, 'batch-norm-grad', sizes, words, () => emit(memory));
  };
}

interface Sizes {
  readonly images: number;
  readonly channels: number;
  readonly plane: number;
}

const sizesOf = ({ shape }: Operand): Sizes => ({
  images: shape[0],
  channels: shape[1],
  plane: sizeOf(shape.slice(2)),
});

function run(
  kernels: KernelCache,
  execute: Executor,
  name: string,
  { images, channels, plane }: Sizes,
  words: readonly number[],
  emit: () => ModuleBuilder,
): void {
  const columns = plane === 1;
  const kernel = kernels.get(`${name} ${columns}`, emit);
  const elements = Math.max(images * plane * (columns ? STRIP : 1), 1);
  const units = columns ? Math.ceil(channels / STRIP) : channels;
  execute(kernel, writeWords(kernels.memory, words), units, Math.max(1, Math.floor(GRAIN / elements)));
}
