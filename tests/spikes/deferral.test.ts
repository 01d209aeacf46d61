import { cpu } from '@flambeau/backend-cpu';
import type { Backend, Device, Tensor } from '@flambeau/core';
import {
  createDevice,
  deferredMaps,
  defineMap,
  fromTyped,
  gather,
  logicalAnd,
  ones,
  s,
  spillingMemory,
  steppedMaps,
  sum,
  tensor,
  tidy,
  ValueError,
} from '@flambeau/core';
import { type CountingDevice, countingDevice } from '@flambeau/core/testing';
import { describe, expect, test } from 'vitest';

const deferring = (): CountingDevice => countingDevice(cpu().backend, { defer: true });

/** A deferring device with a limit on what one map kernel may read, and the widest map that it was given. */
function limited(maxMapInputs: number): { device: Device; widest: () => number } {
  const base = cpu().backend;
  let widest = 0;
  const backend: Backend = {
    ...base,
    capabilities: { ...base.capabilities, defer: true, explicitMemory: true, maxMapInputs },
    kernels: {
      ...base.kernels,
      map: (program, inputs, scalars, output) => {
        widest = Math.max(widest, inputs.length);
        base.kernels.map(program, inputs, scalars, output);
      },
    },
  };
  const device = createDevice(backend, {
    memory: spillingMemory,
    deferral: deferredMaps,
    steps: steppedMaps,
  });
  return { device, widest: () => widest };
}

const numbers = (device: Device, count: number): Tensor[] =>
  Array.from({ length: count }, (_, i) => tensor([i + 1], { device }));

describe('a pending map seen with another shape', () => {
  test('is computed first when it broadcasts inside, and gives the right values', async () => {
    const device = deferring();
    const p = tensor([1, 2, 3], { device }).add(
      tensor(
        [
          [10, 20, 30],
          [40, 50, 60],
        ],
        { device },
      ),
    );
    expect(await p.reshape([6]).mul(2).toArray()).toEqual([22, 44, 66, 82, 104, 126]);
    expect(device.counts.maps).toBe(2);
  });

  test('stays part of the chain when everything in it is read in order', async () => {
    const device = deferring();
    const a = tensor(
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      { device },
    );
    const y = a
      .add(a.mul(2))
      .reshape([6])
      .mul(tensor([1, 0, 1, 0, 1, 0], { device }))
      .reshape([3, 2])
      .add(1);
    expect(await y.toArray()).toEqual([
      [4, 1],
      [10, 1],
      [16, 1],
    ]);
    expect(device.counts.maps).toBe(1);
  });

  test('broadcasts to a new axis', async () => {
    const device = deferring();
    const p = tensor([1, 2, 3], { device }).add(tensor([10, 20, 30], { device }));
    expect(
      await p
        .unsqueeze(0)
        .mul(tensor([[1], [2]], { device }))
        .toArray(),
    ).toEqual([
      [11, 22, 33],
      [22, 44, 66],
    ]);
  });
});

describe('an in-place write while a pending map reads the old values', () => {
  test('inside tidy leaves the old values to the map', async () => {
    const device = deferring();
    const x = tensor([1, 2, 3], { device });
    const y = x.add(1);
    tidy(() => {
      x.narrow(0, 0, 2).add_(5);
      x.narrow(0, 2, 1).copy_(tensor([9], { device }));
    });
    expect(await y.toArray()).toEqual([2, 3, 4]);
    expect(await x.toArray()).toEqual([6, 7, 9]);
  });
});

describe('the most tensors that a map may read', () => {
  test('holds after a part of a chain was computed on its own', async () => {
    const { device, widest } = limited(8);
    const parts = numbers(device, 8);
    const total = parts.reduce((x, y) => x.add(y));
    const product = parts.reduce((x, y) => x.mul(y));
    const both = total.add(product);
    expect(await total.item()).toBe(36);
    expect(await both.item()).toBe(36 + 40320);
    expect(widest()).toBe(8);
  });

  test('holds for one op with more operands: it runs in steps', async () => {
    const { device, widest } = limited(4);
    const dot = defineMap('dotOfThree', 6, (a, b, c, d, e, f) =>
      s.add(s.add(s.mul(a, b), s.mul(c, d)), s.mul(e, f)),
    );
    expect(await dot(...numbers(device, 6)).item()).toBe(1 * 2 + 3 * 4 + 5 * 6);
    expect(widest()).toBe(2);
  });
});

test('state that is updated in place and read through something else is computed once a step', async () => {
  const { device, widest } = limited(8);
  const [velocity, weight] = [tensor([0], { device }), tensor([0], { device })];
  let [v, w] = [0, 0];
  for (let step = 0; step < 20; step++) {
    velocity.mul_(0.5).add_(tensor([step], { device }));
    weight.sub_(velocity);
    v = v * 0.5 + step;
    w -= v;
    expect(await weight.item()).toBeCloseTo(w, 3);
  }
  expect(widest()).toBe(3); // weight, velocity and what is new: not every step before
});

test('a number among truth values is true unless it is 0', async () => {
  const x = tensor([1, 0], { device: cpu() });
  expect(await logicalAnd(x, 2).toArray()).toEqual([true, false]);
  expect(await logicalAnd(x, Number.NaN).toArray()).toEqual([true, false]);
  expect(await logicalAnd(x, 0).toArray()).toEqual([false, false]);
});

describe('faults that are told later', () => {
  const asynchronous = (): CountingDevice => countingDevice(cpu().backend, { syncRead: false });

  test('an integer sum that overflows names the op', async () => {
    const x = fromTyped(Int32Array.from([2 ** 31 - 1, 1]), [2], { device: asynchronous() });
    const failed = await sum(x)
      .item()
      .then(
        () => null,
        (error: unknown) => error,
      );
    expect(failed).toBeInstanceOf(ValueError);
    expect((failed as ValueError).message).toBe(
      "sum(): the integer sum does not fit: got 2147483648 at position 0, expected −2^31 ≤ sum < 2^31. Sum floats: pass { dtype: 'float32' }.",
    );
  });

  test('a read on one device does not forget the calls of another', async () => {
    const [device, other] = [asynchronous(), asynchronous()];
    const bad = gather(ones([3], { device }), 0, tensor([7], { dtype: 'int32', device }));
    expect(await ones([1], { device: other }).item()).toBe(1);
    await expect(bad.item()).rejects.toThrow(/gather\(\): index out of range: got 7 at position 0/);
  });
});
