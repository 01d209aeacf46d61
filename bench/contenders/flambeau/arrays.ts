import type { Tensor } from '@flambeau/core';
import { layerNorm, randn, softmax } from '@flambeau/core';
import type { Setup } from '../part.ts';
import { alternating, eachDemanded } from './demand.ts';

function onArray(shape: readonly number[], work: (x: Tensor) => Tensor): Setup {
  return () => {
    const input = alternating(() => randn(shape));
    return eachDemanded((turn) => [work(input(turn))]);
  };
}

const normalise: Setup = () => {
  const input = alternating(() => randn([1024, 768]));
  const [weight, bias] = [randn([768]), randn([768])];
  return eachDemanded((turn) => [layerNorm(input(turn), [768], { weight, bias })]);
};

/** Elementwise chains, reductions and normalisation of large arrays: memory and exp are all that counts. */
export const arrays: Readonly<Record<string, Setup>> = {
  chain1M: onArray([2 ** 20], (x) => x.mul(1.5).add(0.5).relu()),
  softmax: onArray([1024, 1000], (x) => softmax(x, 1)),
  sum_all: onArray([1024, 1000], (x) => x.sum()),
  sum_axis0: onArray([1024, 1000], (x) => x.sum(0)),
  layernorm: normalise,
};
