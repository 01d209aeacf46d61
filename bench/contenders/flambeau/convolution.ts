import type { Tensor } from '@flambeau/core';
import { conv2d, randn } from '@flambeau/core';
import type { Setup } from '../part.ts';
import { alternating, eachDemanded } from './demand.ts';

const SHAPE = [32, 64, 16, 16];

const forward: Setup = () => {
  const input = alternating(() => randn(SHAPE));
  const w = randn([64, 64, 3, 3]);
  return eachDemanded((turn) => [conv2d(input(turn), w, null, { padding: 1 })]);
};

const bothWays: Setup = () => {
  const input = alternating(() => randn(SHAPE, { requiresGrad: true }));
  const w = randn([64, 64, 3, 3], { requiresGrad: true });
  const g = randn(SHAPE);
  return eachDemanded((turn) => {
    const x = input(turn);
    x.grad = null;
    w.grad = null;
    conv2d(x, w, null, { padding: 1 }).backward(g);
    return [x.grad as unknown as Tensor, w.grad as unknown as Tensor];
  });
};

/** A 3×3 convolution, alone and with its gradients. */
export const convolution: Readonly<Record<string, Setup>> = { conv_fwd: forward, conv_fwd_bwd: bothWays };
