import { conv2d, randn } from '@flambeau/core';
import type { Setup } from '../serve.ts';

function square(n: number): Setup {
  return () => {
    const a = randn([n, n]);
    const b = randn([n, n]);
    return (times) => {
      for (let i = 0; i < times; i++) a.matmul(b);
    };
  };
}

const convolution: Setup = () => {
  const x = randn([64, 16, 16, 16], { requiresGrad: true });
  const w = randn([32, 16, 3, 3], { requiresGrad: true });
  const g = randn([64, 32, 16, 16]);
  return (times) => {
    for (let i = 0; i < times; i++) {
      x.grad = null;
      w.grad = null;
      conv2d(x, w, null, { padding: 1 }).backward(g);
    }
  };
};

/** Large operands: the arithmetic is all that counts. */
export const kernels: Readonly<Record<string, Setup>> = {
  'matmul-64': square(64),
  'matmul-256': square(256),
  'matmul-512': square(512),
  conv2d: convolution,
};
