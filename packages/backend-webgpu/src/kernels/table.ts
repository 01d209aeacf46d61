import type { KernelTable } from '@flambeau/core/functional';
import type { GpuContext } from './context.ts';
import { createCopy, createFill } from './copy.ts';
import { createGather } from './indexing/gather.ts';
import { createScatter, createScatterAdd, createScatterReduce } from './indexing/scatter.ts';
import { createLayerNorm, createLayerNormGrad } from './lines/layer-norm.ts';
import { createSoftmaxNll, createSoftmaxNllGrad } from './lines/nll.ts';
import { createLogSoftmax, createLogSoftmaxGrad, createSoftmax } from './lines/softmax.ts';
import { createMap } from './map.ts';
import { createMapEach } from './map-each.ts';
import { createLinear, createMatmul } from './matmul/matmul.ts';
import { createRandomUniform } from './random.ts';
import { createAmax, createArgmax } from './reduce/extreme.ts';
import { createSum } from './reduce/sum.ts';
import { createSearchsorted, createSort } from './sort/sort.ts';

/** All kernels of a device. */
export function createKernels(context: GpuContext): KernelTable {
  return {
    map: createMap(context),
    mapEach: createMapEach(context),
    copyStrided: createCopy(context),
    fill: createFill(context),
    sum: createSum(context),
    amax: createAmax(context),
    argmax: createArgmax(context),
    matmul: createMatmul(context),
    linear: createLinear(context),
    gather: createGather(context),
    scatterAdd: createScatterAdd(context),
    scatter: createScatter(context),
    scatterReduce: createScatterReduce(context),
    sort: createSort(context),
    searchsorted: createSearchsorted(context),
    softmax: createSoftmax(context),
    logSoftmax: createLogSoftmax(context),
    logSoftmaxGrad: createLogSoftmaxGrad(context),
    softmaxNll: createSoftmaxNll(context),
    softmaxNllGrad: createSoftmaxNllGrad(context),
    layerNorm: createLayerNorm(context),
    layerNormGrad: createLayerNormGrad(context),
    randomUniform: createRandomUniform(context),
  };
}
