import { cpuPrimitives } from '@flambeau/backend-cpu/primitives';
import type { Kernel } from '@flambeau/core';
import { softmax, tensor } from '@flambeau/core';
import { expect, test } from 'vitest';

test('a kernel that names its dtypes is not given others: those calls are lowered', async () => {
  const device = cpuPrimitives();
  let calls = 0;
  const kernel: Kernel<never> = () => void calls++;
  device.register('softmax', Object.assign(kernel, { dtypes: ['float32'] as const }));
  const x = tensor(Float64Array.of(0, 0), { device });
  expect(await softmax(x, 0).toArray()).toEqual([0.5, 0.5]);
  expect(calls).toBe(0);
  softmax(x.to('float32'), 0);
  expect(calls).toBe(1);
});
