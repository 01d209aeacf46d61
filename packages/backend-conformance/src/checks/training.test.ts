import { cpu } from '@flambeau/backend-cpu';
import type { Conv2dGradAttrs, Device, Kernel, Operand } from '@flambeau/core';
import { addLayer, createDevice, withoutScope, zeros } from '@flambeau/core';
import { countingDevice } from '@flambeau/core/testing';
import { expect, test } from 'vitest';
import { planSuite } from '../suite.ts';

async function train(network: string, create: () => Device) {
  const cell = planSuite({ name: 'tested', create }).cells.find(({ subject }) => subject === network);
  return cell?.run();
}

const perceptron = 'training of a perceptron';
const convolutional = 'training of a convolutional network';

test.each([perceptron, convolutional])(
  '%s follows PyTorch, with and without deferred maps',
  async (network) => {
    for (const defer of [false, true]) {
      const found = await train(network, () => countingDevice(cpu().backend, { defer }));
      expect(found).toMatchObject({ status: 'pass', cases: 1 });
    }
  },
);

test('a gradient that is off by a hundredth leads away from the reference', async () => {
  const { backend } = cpu();
  const exact = backend.kernels.conv2dWeightGrad as Kernel<Conv2dGradAttrs>;
  const conv2dWeightGrad: Kernel<Conv2dGradAttrs> = (inputs, outputs, attrs, context) => {
    exact(inputs, outputs, attrs, context);
    const { block, offset, size } = outputs[0] as Operand;
    const values = block as Float32Array;
    for (let i = offset; i < offset + size; i++) values[i] = (values[i] as number) * 1.01;
  };
  const create = (): Device =>
    createDevice({ ...backend, kernels: { ...backend.kernels, conv2dWeightGrad } });
  const found = await train(convolutional, create);
  expect(found?.failures[0]?.message).toMatch(
    /^loss of step \d+: got .*, expected .* \(off by .*, allowed .*\)$/,
  );
  expect(found?.failures[0]?.direction).toBe('backward');
  expect((await train(perceptron, create))?.status).toBe('pass');
});

test('memory that grows with every step is told, with its course', async () => {
  const kept: unknown[] = [];
  const remove = addLayer((call, next) => {
    const outputs = next(call);
    if (call.op.name === 'tanh' && outputs[0])
      kept.push(withoutScope(() => zeros([3], { device: outputs[0]?.device as Device }).add(1)));
    return outputs;
  });
  const found = await train(perceptron, () => countingDevice(cpu().backend));
  remove();
  expect(kept.length).toBeGreaterThan(30);
  expect(found?.failures[0]?.message).toMatch(
    /^memory after each step: got \d+, \d+, .*expected no more than after/,
  );
});
