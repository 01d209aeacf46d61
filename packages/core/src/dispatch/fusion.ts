import type { Buffer } from '../memory/buffer.ts';
import { contiguousStrides, isContiguous } from '../shape.ts';
import type { Chain } from './chain.ts';
import { chainBelow, mapOf, programOf, scalarsOf } from './chain.ts';
import type { PendingKernel, PendingMap } from './deferral.ts';
import type { SourcedEpilogue } from './put-off.ts';

/** A kernel that waits, with the chain of maps that it can take with it into the chain's buffer. */
export interface Fusion {
  readonly kernel: PendingKernel;
  readonly target: Buffer;
  readonly chain: Chain;
  readonly epilogue: SourcedEpilogue;
}

/** A fusion that brings the computing of a chain forward. The last of several kernels first: others' results are operands. */
export function findFusion(chain: Chain): Fusion | null {
  for (let i = chain.leaves.length - 1; i >= 0; i--) {
    const { buffer } = chain.leaves[i] as Chain['leaves'][number];
    const found = buffer.pending?.kind === 'kernel' ? fusionOf(chain, buffer, buffer.pending) : null;
    if (found) return found;
  }
  return null;
}

/**
 * How a kernel takes the maps that read its result, which is then nowhere: nobody else may want it. Where somebody wants a
 * map on the way, the kernel takes the maps up to that one.
 */
function fusionOf(chain: Chain, result: Buffer, kernel: PendingKernel): Fusion | null {
  const target = chain.order[firstWanted(chain, result)] as Buffer;
  const { shape } = mapOf(target) as PendingMap;
  if (target !== chain.order[chain.order.length - 1])
    return fusionOf(chainBelow(target, shape), result, kernel);
  if (result.holders > readersOf(chain.order, result)) return null;
  const others = chain.leaves.filter(({ buffer }) => buffer !== result);
  if (!others.every(({ strides }) => isContiguous(shape, strides))) return null;
  const program = programOf(chain);
  const position = chain.leaves.findIndex(({ buffer }) => buffer === result);
  if (!kernel.kernel.fusesOutput?.(program, position, kernel.attrs)) return null;
  const strides = contiguousStrides(kernel.shape);
  const sources = others.map(({ buffer, offset }) => ({ buffer, view: { strides, offset } }));
  return { kernel, target, chain, epilogue: { program, position, sources, scalars: scalarsOf(chain) } };
}

/** The first map above a result that is held by more than the chain: at the latest its end. */
function firstWanted(chain: Chain, result: Buffer): number {
  const above = new Set([result]);
  return chain.order.findIndex((part, i) => {
    if (!mapOf(part)?.sources.some(({ buffer }) => above.has(buffer))) return false;
    above.add(part);
    return i === chain.order.length - 1 || part.holders > readersOf(chain.order, part);
  });
}

/** How often a buffer is held by maps. */
export function readersOf(maps: readonly Buffer[], wanted: Buffer): number {
  let count = 0;
  for (const part of maps)
    for (const { buffer } of mapOf(part)?.sources ?? []) if (buffer === wanted) count++;
  return count;
}
