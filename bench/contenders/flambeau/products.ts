import type { Tensor } from '@flambeau/core';
import { randn } from '@flambeau/core';
import type { Setup } from '../part.ts';
import { alternating, eachDemanded } from './demand.ts';

function square(n: number, product: (a: Tensor, b: Tensor) => Tensor = (a, b) => a.matmul(b)): Setup {
  return () => {
    const operands = alternating(() => [randn([n, n]), randn([n, n])] as const);
    return eachDemanded((turn) => [product(...operands(turn))]);
  };
}

/** Matrix products; transposed operands are views. */
export const products: Readonly<Record<string, Setup>> = {
  matmul64: square(64),
  matmul256: square(256),
  matmul512: square(512),
  matmul1024: square(1024),
  matmul2048: square(2048),
  matmul512_ta: square(512, (a, b) => a.transpose(0, 1).matmul(b)),
  matmul512_tb: square(512, (a, b) => a.matmul(b.transpose(0, 1))),
  matmul512_tatb: square(512, (a, b) => a.transpose(0, 1).matmul(b.transpose(0, 1))),
};
