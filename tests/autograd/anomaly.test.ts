import { detectAnomaly, grad, isAnomalyEnabled, setDetectAnomaly } from '@flambeau/autograd';
import { cpu } from '@flambeau/backend-cpu';
import { setDefaultDevice, sqrt, sum, tensor, ValueError } from '@flambeau/core';
import { countingDevice } from '@flambeau/core/testing';
import { expect, test } from 'vitest';

setDefaultDevice(cpu());

test('a NaN in backward names the op and the call that made it', () => {
  const x = tensor([4, -1], { requiresGrad: true });
  const run = (): void => sum(sqrt(x)).backward();
  run(); // without looking, NaN goes through
  expect(x.grad?.dataSync()[1]).toBeNaN();
  expect(() => detectAnomaly(run)).toThrow(ValueError);
  expect(() => detectAnomaly(run)).toThrow(
    /backward\(\): a gradient is NaN: got NaN in the gradient of input 0 of sqrt, expected numbers\. It was called at .*anomaly\.test/,
  );
  expect(isAnomalyEnabled()).toBe(false);
});

test('gradients without NaN pass, second derivatives too', () => {
  setDetectAnomaly(true);
  try {
    const x = tensor([4], { requiresGrad: true });
    const [g] = grad(sum(sqrt(x)), [x], { createGraph: true });
    expect(g?.itemSync()).toBe(0.25);
    expect(grad(sum(g as never), [x])[0]?.itemSync()).toBe(-0.03125);
  } finally {
    setDetectAnomaly(false);
  }
});

test('on a device with asynchronous reads backwardAsync looks', async () => {
  const device = countingDevice(cpu().backend, { syncRead: false });
  const x = tensor([-1], { device, requiresGrad: true });
  await expect(detectAnomaly(() => sum(sqrt(x)).backwardAsync())).rejects.toThrow(
    /NaN in the gradient of input 0 of sqrt/,
  );
  expect(isAnomalyEnabled()).toBe(false);
  expect(() => detectAnomaly(() => sum(sqrt(x)).backward())).toThrow(/can only be read asynchronously/);
});
