import { cpu } from '@flambeau/backend-cpu';
import '@flambeau/autograd';
import { defineMap, noGrad, s, setDefaultDevice, tensor } from '@flambeau/core';
import { countingDevice } from '@flambeau/core/testing';
import { expect, test } from 'vitest';

setDefaultDevice(cpu());

/** p − rate·m/(√v + eps). */
const update = defineMap('update', 5, (p, m, v, rate, eps) =>
  s.sub(p, s.div(s.mul(m, rate), s.add(s.sqrt(v), eps))),
);

test('a map of five operands is one kernel, broadcast, and works in place', async () => {
  const device = countingDevice(cpu().backend);
  const p = tensor(
    [
      [1, 2],
      [3, 4],
    ],
    { device },
  );
  const m = tensor([2, 4], { device });
  const v = tensor([[4], [16]], { device });
  const before = device.counts.maps;
  const y = update(p, m, v, 0.5, 2);
  expect(device.counts.maps).toBe(before + 1);
  // 1 − 1/4, 2 − 2/4, 3 − 1/6, 4 − 2/6
  const expected = Float32Array.of(0.75, 1.5, 3 - 1 / 6, 4 - 1 / 3);
  expect(await y.data()).toEqual(expected);
  noGrad(() => p.apply_(update, m, v, 0.5, 2));
  expect(device.counts.maps).toBe(before + 2);
  expect(await p.data()).toEqual(expected);
});

test('its gradients are derived from the expression', () => {
  const [p, m, v] = [
    tensor([1], { requiresGrad: true }),
    tensor([2], { requiresGrad: true }),
    tensor([4], { requiresGrad: true }),
  ];
  update(p, m, v, 0.5, 2).sum().backward();
  // d/dm = −rate/(√v + eps), d/dv = rate·m/(√v + eps)²/(2√v)
  expect([p.grad?.itemSync(), m.grad?.itemSync(), v.grad?.itemSync()]).toEqual([1, -0.125, 1 / 64]);
});
