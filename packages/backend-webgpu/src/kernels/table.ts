import type { KernelTable } from '@flambeau/core/functional';
import type { GpuContext } from './context.ts';
import { createConv, createConvInputGrad } from './conv/correlate.ts';
import { createConvWeightGrad } from './conv/weight-grad.ts';
import { createCopy, createFill } from './copy.ts';
import { createGather } from './indexing/gather.ts';
import { createScatter, createScatterAdd, createScatterReduce } from './indexing/scatter.ts';
import { createLayerNorm, createLayerNormGrad } from './lines/layer-norm.ts';
import { createSoftmaxNll, createSoftmaxNllGrad } from './lines/nll.ts';
import { createLogSoftmax, createLogSoftmaxGrad, createSoftmax } from './lines/softmax.ts';
import { createMap } from './map.ts';
import { createMapEach } from './map-each.ts';
import { createLinear, createMatmul } from './matmul/matmul.ts';
import { createAvgPool2d, createAvgPool2dGrad } from './pool/average.ts';
import { createMaxPool2d, createMaxPool2dGrad } from './pool/max.ts';
import { createRandomUniform } from './random.ts';
import { createBatchNormGrad, createChannelStats } from './reduce/channels.ts';
import { createAmax, createArgmax } from './reduce/extreme.ts';
import { createProd } from './reduce/product.ts';
import { createSum } from './reduce/sum.ts';
import {
  createCummax,
  createCummin,
  createCumprod,
  createCumsum,
  createLinearScan,
  createLogcumsumexp,
} from './scan/running.ts';
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
    prod: createProd(context),
    cumsum: createCumsum(context),
    cumprod: createCumprod(context),
    cummax: createCummax(context),
    cummin: createCummin(context),
    logcumsumexp: createLogcumsumexp(context),
    linearScan: createLinearScan(context),
    channelStats: createChannelStats(context),
    batchNormGrad: createBatchNormGrad(context),
    layerNorm: createLayerNorm(context),
    layerNormGrad: createLayerNormGrad(context),
    conv2d: createConv(context),
    conv2dInputGrad: createConvInputGrad(context),
    conv2dWeightGrad: createConvWeightGrad(context),
    conv3d: createConv(context),
    conv3dInputGrad: createConvInputGrad(context),
    conv3dWeightGrad: createConvWeightGrad(context),
    maxPool2d: createMaxPool2d(context),
    maxPool2dGrad: createMaxPool2dGrad(context),
    avgPool2d: createAvgPool2d(context),
    avgPool2dGrad: createAvgPool2dGrad(context),
    randomUniform: createRandomUniform(context),
  };
}
