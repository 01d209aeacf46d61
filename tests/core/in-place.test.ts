import { cpu } from '@flambeau/backend-cpu';
import '@flambeau/autograd';
import {
  exp,
  GraphFreedError,
  noGrad,
  ones,
  ReleasedError,
  setDefaultDevice,
  type Tensor,
  tensor,
  tidy,
  VersionError,
  zeros,
} from '@flambeau/core';
import { countingDevice } from '@flambeau/core/testing';
import { describe, expect, test } from 'vitest';

const devices = {
  cpu: cpu(),
  counting: countingDevice(cpu().backend),
  deferring: countingDevice(cpu().backend, { defer: true }),
  stepwise: countingDevice(cpu().backend, { fuse: false }),
};

describe.each(Object.keys(devices))('in place on %s', (name) => {
  const device = devices[name as keyof typeof devices];
  setDefaultDevice(cpu());

  test('tensors whose elements share memory are not written to', () => {
    const x = tensor([1], { device }).expand([3]);
    const message =
      'elements share memory: got [3] with 3 elements in one place along dimension 0, expected a tensor that was not expanded. Use clone() first.';
    expect(() => x.add_(1)).toThrow(`add_(): ${message}`);
    expect(() => x.copy_(ones([3], { device }))).toThrow(`copy_(): ${message}`);
    expect(() => x.fill_(2)).toThrow(`fill_(): ${message}`);
    expect(() => x.setAt([[null, null]], 2)).toThrow(`setAt(): ${message}`);
    x.setAt([1], 5); // one element, seen in three places
    expect(device.capabilities.syncRead && [...x.dataSync()]).toEqual([5, 5, 5]);
  });

  test('all views see a write through any of them', async () => {
    const x = tensor(
      [
        [1, 2],
        [3, 4],
      ],
      { device },
    );
    const [row, column] = [x.at(0), x.t().at(1)];
    x.mul_(10);
    row.add_(1);
    expect(await x.toArray()).toEqual([
      [11, 21],
      [30, 40],
    ]);
    expect(await column.toArray()).toEqual([21, 40]);
  });

  test('a result computed before the write keeps its value', async () => {
    const x = tensor([1, 2], { device });
    const y = x.mul(2).add(1);
    x.add_(100);
    expect(await y.toArray()).toEqual([3, 5]);
    expect(await x.toArray()).toEqual([101, 102]);
  });

  test('a write inside a chain of maps is seen from there on', async () => {
    const x = tensor([1, 2], { device }).add(0);
    const before = x.mul(3);
    x.mul_(before).add_(1);
    expect(await before.toArray()).toEqual([3, 6]);
    expect(await x.add(before).toArray()).toEqual([7, 19]);
  });

  test('an operand that overlaps in another layout is read first', async () => {
    const x = tensor(
      [
        [1, 2],
        [3, 4],
      ],
      { device },
    );
    x.add_(x.t());
    expect(await x.toArray()).toEqual([
      [2, 5],
      [5, 8],
    ]);
  });

  test('a read that is under way gives the values of its call', async () => {
    const x = tensor([1, 2], { device });
    const reading = x.data();
    x.fill_(9);
    expect([...(await reading)]).toEqual([1, 2]);
    expect(await x.toArray()).toEqual([9, 9]);
  });

  test('copy_, zero_, clamp_ and apply_', async () => {
    const x = zeros([2, 2], { device }).copy_(tensor([1, -5], { device }));
    expect(await x.toArray()).toEqual([
      [1, -5],
      [1, -5],
    ]);
    expect(await x.clamp_(-2, 0.5).toArray()).toEqual([
      [0.5, -2],
      [0.5, -2],
    ]);
    expect(await x.zero_().apply_(exp).toArray()).toEqual([
      [1, 1],
      [1, 1],
    ]);
  });

  test('an integer tensor takes integers and refuses what would be a float', async () => {
    const x = tensor([1, 2], { device, dtype: 'int32' });
    expect(await x.add_(1).toArray()).toEqual([2, 3]);
    expect(() => x.div_(2)).toThrow(
      'div_(): the result does not fit in place: got float32, expected int32. Use the form without the underscore.',
    );
  });

  test('a result of another shape is refused', () => {
    expect(() => ones([2], { device }).add_(ones([3, 2], { device }))).toThrow(
      /add_\(\): the result does not fit in place: got \[3, 2\], expected \[2\]/,
    );
  });

  test('gradients pass through a recorded write', async () => {
    const x = tensor([1, 2], { device, requiresGrad: true });
    const y = x.mul(2);
    y.mul_(x);
    y.sum().backward();
    expect(await x.grad?.toArray()).toEqual([4, 8]);
  });

  test('gradients pass through setAt', async () => {
    const x = tensor([1, 2, 3], { device, requiresGrad: true });
    const value = tensor(5, { device, requiresGrad: true });
    const y = x.mul(2);
    y.setAt([[0, 2]], value);
    y.mul(tensor([1, 10, 100], { device }))
      .sum()
      .backward();
    expect(await x.grad?.toArray()).toEqual([0, 0, 200]);
    expect(await value.grad?.toArray()).toBe(11);
  });
});

describe('rules of autograd', () => {
  test('a leaf that requires a gradient is not written, except inside noGrad', () => {
    const w = tensor([1], { requiresGrad: true });
    expect(() => w.add_(1)).toThrow(
      /add_\(\): a leaf that requires a gradient is written in place: .* Wrap the write in noGrad/,
    );
    noGrad(() => w.add_(1));
    expect(w.itemSync()).toBe(2);
  });

  test('backward refuses a saved tensor that was written since, and names the op', () => {
    const x = tensor([1, 2], { requiresGrad: true });
    const y = x.mul(2);
    const z = y.mul(y).sum();
    y.add_(1);
    expect(() => z.backward(undefined, { retainGraph: true })).toThrow(VersionError);
    expect(() => z.backward(undefined, { retainGraph: true })).toThrow(
      /backward\(\): a tensor that mul needs was modified in place: got version 1 of a tensor of shape \[2\], expected version 0/,
    );
  });

  test('a write under noGrad does not stop a tensor from being used further', () => {
    const x = tensor([1, 2], { requiresGrad: true });
    const y = x.mul(2);
    noGrad(() => y.add_(1));
    y.sum().backward();
    expect([...(x.grad?.dataSync() ?? [])]).toEqual([2, 2]);
  });

  test('a recorded view is stale once its memory is written through another', () => {
    const x = tensor([1, 2], { requiresGrad: true }).mul(1);
    const view = x.at(0);
    x.mul_(2);
    expect(() => view.mul(2)).toThrow(/mul\(\): a view was made stale by an in-place write/);
  });

  test('a second backward names retainGraph', () => {
    const x = tensor([1], { requiresGrad: true });
    const y = x.mul(x).sum();
    y.backward(undefined, { retainGraph: true });
    y.backward();
    expect(x.grad?.itemSync()).toBe(4);
    expect(() => y.backward()).toThrow(GraphFreedError);
    expect(() => y.backward()).toThrow(
      'backward(): the graph was freed by an earlier backward pass: got a second pass through sum, expected one. Pass { retainGraph: true } to the first.',
    );
  });
});

describe('release by hand', () => {
  test('a disposed tensor is refused, its views stay alive', () => {
    const x = tensor([[1, 2]]);
    const row = x.at(0);
    x.dispose();
    x.dispose();
    expect(() => x.add(1)).toThrow(ReleasedError);
    expect([...row.dataSync()]).toEqual([1, 2]);
  });

  test('a disposed operand of an in-place op is refused', () => {
    const x = tensor([1, 2]);
    const y = tensor([3, 4]);
    y.dispose();
    expect(() => x.add_(y)).toThrow(ReleasedError);
    expect(() => noGrad(() => x.copy_(y))).toThrow(ReleasedError);
    expect(() => y.fill_(0)).toThrow(ReleasedError);
    expect([...x.dataSync()]).toEqual([1, 2]);
  });

  test('tidy keeps the result and releases the rest', () => {
    const device = countingDevice(cpu().backend);
    const inner: Tensor[] = [];
    const y = tidy(() => {
      const x = ones([4], { device }).mul(2);
      inner.push(x);
      return [x.add(1)];
    });
    expect(() => inner[0]?.dataSync()).toThrow(ReleasedError);
    expect([...(y[0]?.dataSync() ?? [])]).toEqual([3, 3, 3, 3]);
    expect(device.stats().blocks).toBe(1);
  });

  test('tidy refuses asynchronous functions', () => {
    expect(() => tidy(async () => 1)).toThrow('tidy(): asynchronous function');
  });

  test('using releases at the end of the block', () => {
    const device = countingDevice(cpu().backend);
    {
      using x = ones([8], { device });
      expect(x.dataSync()[7]).toBe(1);
      expect(device.stats().blocks).toBe(1);
    }
    expect(device.stats().blocks).toBe(0);
  });
});
