import type { ClassNllAttrs, Fault, Kernel, Operand } from '@flambeau/core/functional';
import { hasRelaxedSimd } from '../../emit/vector.ts';
import type { LinearMemory } from '../../memory/linear-memory.ts';
import type { Scratch } from '../../memory/scratch.ts';
import type { Executor, KernelCache } from '../compiled.ts';
import { writeWords } from '../compiled.ts';
import { addressOf, place } from '../operand.ts';
import { emitNll, emitNllGradient, NLL_ARGUMENTS, NLL_GRADIENT_ARGUMENTS } from './emit-nll.ts';

/** Elements that are worth another thread: some 50 µs. */
const GRAIN = 65_536;

const grainOf = (classes: number): number => Math.max(1, Math.floor(GRAIN / Math.max(classes, 1)));

/** −log softmax at the label of each row, of float32. Sums and logarithms are in float64. */
export function createSoftmaxNll(
  kernels: KernelCache,
  execute: Executor,
  scratch: Scratch,
): Kernel<ClassNllAttrs> {
  const { memory } = kernels;
  return ([x, labels], [losses, top, logTotal], { classes, ignoreIndex }) => {
    if (labels.size === 0) return undefined;
    const kernel = kernels.get('softmax-nll', () => emitNll(hasRelaxedSimd(), memory));
    const fault = scratch.reserve(4);
    memory.views.int32[fault / 4] = 0;
    const words = NLL_ARGUMENTS.list({
      x: addressOf(x),
      labels: addressOf(labels),
      losses: addressOf(losses),
      top: addressOf(top),
      logTotal: addressOf(logTotal),
      classes,
      ignored: ignoreIndex,
      fault,
    });
    execute(kernel, writeWords(memory, words), labels.size, grainOf(classes));
    return memory.views.int32[fault / 4] === 0 ? undefined : firstFault(memory, labels, classes, ignoreIndex);
  };
}

/** Its gradient. */
export function createSoftmaxNllGrad(kernels: KernelCache, execute: Executor): Kernel<ClassNllAttrs> {
  const { memory } = kernels;
  return ([g, x, labels, top, logTotal], [dx], { classes, ignoreIndex }) => {
    const kernel = kernels.get('softmax-nll-grad', () => emitNllGradient(hasRelaxedSimd(), memory));
    const words = NLL_GRADIENT_ARGUMENTS.list({
      g: addressOf(g),
      x: addressOf(x),
      labels: addressOf(labels),
      top: addressOf(top),
      logTotal: addressOf(logTotal),
      dx: addressOf(dx),
      classes,
      ignored: ignoreIndex,
    });
    execute(kernel, writeWords(memory, words), labels.size, grainOf(classes));
  };
}

/** The first label that is no class. */
function firstFault(
  memory: LinearMemory,
  labels: Operand,
  classes: number,
  ignoreIndex: number,
): Fault | undefined {
  const { data, offset } = place(memory, labels);
  for (let index = 0; index < labels.size; index++) {
    const value = data[offset + index] as number;
    if (value !== ignoreIndex && !(value >= 0 && value < classes)) return { value, index };
  }
  return undefined;
}
