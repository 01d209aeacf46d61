import type { Device } from '@flambeau/core/functional';
import { createDevice } from '@flambeau/core/functional';
import { allocBlock } from './alloc.ts';
import { createBackend } from './backend.ts';
import { batchNormGrad, channelStats } from './kernels/batch-norm.ts';
import { ctcNll, ctcNllGrad } from './kernels/ctc.ts';
import { isin, scatter, scatterReduce } from './kernels/indexing.ts';
import { layerNorm, layerNormGrad } from './kernels/layer-norm.ts';
import { map } from './kernels/map/interpreter.ts';
import { linear, matmul } from './kernels/matmul.ts';
import {
  avgPool2d,
  avgPool2dGrad,
  conv2d,
  conv2dInputGrad,
  conv2dWeightGrad,
  maxPool2d,
  maxPool2dGrad,
} from './kernels/planes.ts';
import { amax, argmax, prod, sum } from './kernels/reduce.ts';
import { cummax, cummin, cumprod, cumsum, linearScan, logcumsumexp } from './kernels/scan.ts';
import { logSoftmax, logSoftmaxGrad, softmax, softmaxNll, softmaxNllGrad } from './kernels/softmax.ts';
import { searchsorted, sort } from './kernels/sort.ts';

let device: Device | null = null;

/**
 * The plain-JavaScript device: runs everywhere, has every dtype, and is the readable reference of what ops mean.
 *
 * @returns the same device at every call.
 * @remarks It carries a kernel for every op that has one. Where size matters more than speed, take `cpuPrimitives()`
 * from `@flambeau/backend-cpu/primitives`.
 *
 * @example
 * ```ts
 * import { setDefaultDevice, tensor } from '@flambeau/core';
 * import { cpu } from '@flambeau/backend-cpu';
 * setDefaultDevice(cpu());
 * await tensor([1, 2]).add(1).toArray(); // [2, 3]
 * ```
 */
export function cpu(): Device {
  device ??= createDevice(
    createBackend({
      name: 'cpu',
      alloc: allocBlock,
      kernels: {
        map,
        matmul,
        sum,
        amax,
        argmax,
        prod,
        cumsum,
        cumprod,
        cummax,
        cummin,
        logcumsumexp,
        linearScan,
        sort,
        searchsorted,
        scatter,
        scatterReduce,
        isin,
        linear,
        softmax,
        logSoftmax,
        logSoftmaxGrad,
        softmaxNll,
        softmaxNllGrad,
        conv2d,
        conv2dInputGrad,
        conv2dWeightGrad,
        maxPool2d,
        maxPool2dGrad,
        avgPool2d,
        avgPool2dGrad,
        channelStats,
        batchNormGrad,
        layerNorm,
        layerNormGrad,
        ctcNll,
        ctcNllGrad,
      },
    }),
  );
  return device;
}
