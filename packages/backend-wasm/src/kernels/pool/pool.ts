import type {
  AvgPool2dAttrs,
  AvgPool2dGradAttrs,
  FusedOps,
  Kernel,
  Operand,
  Pair,
  Pool2dAttrs,
} from '@flambeau/core/functional';
import type { ModuleBuilder } from '../../emit/module.ts';
import type { Scratch } from '../../memory/scratch.ts';
import type { Executor, KernelCache } from '../compiled.ts';
import { serialExecutor, writeWords } from '../compiled.ts';
import { addressOf } from '../operand.ts';
import { canApply, keyOfMap, outputMap } from '../output-map.ts';
import { emitAverage, emitAverage2x2 } from './emit-average.ts';
import { emitAverageGrad, emitAverageGrad2x2, emitAverageGradApart } from './emit-average-grad.ts';
import { emitMax, emitMax2x2 } from './emit-max.ts';
import { emitMaxGrad, MAX_GRAD_ARGUMENTS } from './emit-max-grad.ts';
import type { VectorStride } from './windows.ts';
import { POOL_ARGUMENTS } from './windows.ts';

/** Pixels, read or written, that are worth another thread: some 50 µs. */
const GRAIN = 131_072;
/** Bytes of the largest planes that every thread may have of its own. */
const OWN_PLANE_BYTES = 1 << 22;

/** Largest value of each window and its place in the plane, of float32. */
export function createMaxPool2d(kernels: KernelCache, execute: Executor): Kernel<Pool2dAttrs> {
  const { memory } = kernels;
  return ([x], [y, index], attrs) => {
    const tiled = isTiled(x.shape, y.shape, attrs) && attrs.dilation.every((d) => d === 1);
    const stride = vectorStride(attrs);
    const words = geometry(addressOf(x), addressOf(y), x.shape, y.shape, attrs, attrs.dilation);
    launch(
      kernels,
      execute,
      tiled ? 'max-pool tiled' : `max-pool ${stride}`,
      () => (tiled ? emitMax2x2(memory) : emitMax(stride, memory)),
      { ...words, index: addressOf(index), divisor: 0 },
      rowsOf(y),
      workOfRow(y, attrs),
    );
  };
}

/** Sends the gradient of every maximum to its place. */
export function createMaxPool2dGrad(
  kernels: KernelCache,
  execute: Executor,
  scratch: Scratch,
): Kernel<FusedOps['maxPool2dGrad']> {
  const { memory } = kernels;
  const kernel: Kernel<FusedOps['maxPool2dGrad']> = ([g, index], [dx], _attrs, context) => {
    const map = outputMap(memory, context, dx);
    const [N, C, H, W] = dx.shape;
    const [OH, OW] = g.shape.slice(2);
    const tiled = H === 2 * OH && W === 2 * OW;
    const bytes = 4 * H * W;
    const run = bytes > OWN_PLANE_BYTES ? serialExecutor : execute;
    const compiled = kernels.get(`max-pool-grad ${tiled}${keyOfMap(map)}`, () =>
      emitMaxGrad(tiled, memory, map),
    );
    const own = scratch.reserve(bytes * run.threads);
    const list = MAX_GRAD_ARGUMENTS.list({
      g: addressOf(g),
      index: addressOf(index),
      dx: addressOf(dx),
      H,
      W,
      OH,
      OW,
      own,
    });
    run(compiled, writeWords(memory, list), N * C, grainOf(H * W));
  };
  return Object.assign(kernel, { fusesOutput: canApply });
}

/** Mean of each window, of float32. */
export function createAvgPool2d(kernels: KernelCache, execute: Executor): Kernel<AvgPool2dAttrs> {
  return ([x], [y], attrs) => {
    const { memory } = kernels;
    const tiled = isTiled(x.shape, y.shape, attrs);
    const stride = vectorStride(attrs);
    const { countIncludePad } = attrs;
    const words = geometry(addressOf(x), addressOf(y), x.shape, y.shape, attrs, [1, 1]);
    launch(
      kernels,
      execute,
      tiled ? 'average-pool tiled' : `average-pool ${stride} ${countIncludePad}`,
      () => (tiled ? emitAverage2x2(memory) : emitAverage(stride, countIncludePad, memory)),
      { ...words, index: 0, divisor: attrs.divisorOverride ?? 0 },
      rowsOf(y),
      workOfRow(y, attrs),
    );
  };
}

/** Its gradient: every pixel has its share of the windows it lies in. */
export function createAvgPool2dGrad(kernels: KernelCache, execute: Executor): Kernel<AvgPool2dGradAttrs> {
  const { memory } = kernels;
  return ([g], [dx], attrs) => {
    const [, , H, W] = dx.shape;
    const [, , OH, OW] = g.shape;
    const { countIncludePad, kernelSize, stride } = attrs;
    const tiled = isTiled(dx.shape, g.shape, attrs) && H === 2 * OH && W === 2 * OW;
    const apart = stride[0] >= kernelSize[0] && stride[1] >= kernelSize[1];
    const divisor = attrs.divisorOverride ?? commonSize(dx.shape, g.shape, attrs);
    const vectors = divisor !== 0 && stride[1] === 1;
    const words = geometry(addressOf(g), addressOf(dx), dx.shape, g.shape, attrs, [1, 1]);
    const variant = apart ? 'apart' : vectors;
    launch(
      kernels,
      execute,
      tiled ? 'average-pool-grad tiled' : `average-pool-grad ${variant} ${countIncludePad}`,
      () => {
        if (tiled) return emitAverageGrad2x2(memory);
        if (apart) return emitAverageGradApart(countIncludePad, memory);
        return emitAverageGrad(vectors, countIncludePad, memory);
      },
      { ...words, index: 0, divisor },
      rowsOf(tiled ? g : dx),
      4 * W,
    );
  };
}

/** How many pixels every window counts; 0 if they differ. */
function commonSize(
  x: readonly number[],
  y: readonly number[],
  { kernelSize, stride, padding, countIncludePad }: AvgPool2dAttrs,
): number {
  const same = [0, 1].every((i) => {
    const pad = countIncludePad ? 0 : padding[i];
    const end = (y[2 + i] - 1) * stride[i] - padding[i] + kernelSize[i];
    return pad === 0 && end <= x[2 + i] + padding[i];
  });
  return same ? kernelSize[0] * kernelSize[1] : 0;
}

type Words = Parameters<typeof POOL_ARGUMENTS.list>[0];

interface Window2d {
  readonly kernelSize: Pair;
  readonly stride: Pair;
  readonly padding: Pair;
}

/** The arguments that a pooling of planes of shape `x` to planes of shape `y` has, forward and backward. */
function geometry(
  source: number,
  target: number,
  x: readonly number[],
  y: readonly number[],
  { kernelSize, stride, padding }: Window2d,
  dilation: Pair,
): Omit<Words, 'index' | 'divisor'> {
  const [[H, W], [OH, OW], [R, S]] = [x.slice(2), y.slice(2), kernelSize];
  return {
    x: source,
    y: target,
    H,
    W,
    OH,
    OW,
    R,
    S,
    strideH: stride[0],
    strideW: stride[1],
    padH: padding[0],
    padW: padding[1],
    dilationH: dilation[0],
    dilationW: dilation[1],
  };
}

/** Whether windows are 2 × 2 pixels, side by side and inside the image. */
function isTiled(
  x: readonly number[],
  y: readonly number[],
  { kernelSize, stride, padding }: Window2d,
): boolean {
  const pairs = kernelSize.every((n) => n === 2) && stride.every((n) => n === 2);
  return pairs && padding.every((n) => n === 0) && 2 * y[2] <= x[2] && 2 * y[3] <= x[3];
}

const vectorStride = ({ stride }: Window2d): VectorStride | null =>
  stride[1] === 1 || stride[1] === 2 ? stride[1] : null;

/** Rows of all planes. */
const rowsOf = ({ shape }: Operand): number => shape[0] * shape[1] * shape[2];

/** Pixels that a row of outputs reads. */
const workOfRow = ({ shape }: Operand, { kernelSize }: Window2d): number =>
  shape[3] * kernelSize[0] * kernelSize[1];

const grainOf = (work: number): number => Math.max(1, Math.floor(GRAIN / Math.max(work, 1)));

function launch(
  kernels: KernelCache,
  execute: Executor,
  key: string,
  emit: () => ModuleBuilder,
  words: Words,
  units: number,
  work: number,
): void {
  const kernel = kernels.get(key, emit);
  execute(kernel, writeWords(kernels.memory, POOL_ARGUMENTS.list(words)), units, grainOf(work));
}
