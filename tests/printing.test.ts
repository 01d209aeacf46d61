import { inspect } from 'node:util';
import { cpu } from '@flambeau/backend-cpu';
import { tensor } from '@flambeau/core';
import { expect, test } from 'vitest';

test("Node's console.log shows a tensor's values, inside of objects too", () => {
  const x = tensor(
    [
      [1, 2],
      [3, 4],
    ],
    { device: cpu() },
  );
  expect(inspect(x)).toBe('tensor([[1., 2.],\n        [3., 4.]])');
  expect(inspect({ x: tensor([0.5], { device: cpu() }) })).toBe('{ x: tensor([0.5000]) }');
});
