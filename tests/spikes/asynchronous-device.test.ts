import { cpu } from '@flambeau/backend-cpu';
import '@flambeau/autograd';
import {
  AsyncReadError,
  classNll,
  gather,
  maskedSelect,
  nonzero,
  nonzeroSync,
  ones,
  setDebug,
  tensor,
  ValueError,
} from '@flambeau/core';
import { countingDevice } from '@flambeau/core/testing';
import { afterEach, describe, expect, test, vi } from 'vitest';

const gpu = (): ReturnType<typeof countingDevice> =>
  countingDevice(cpu().backend, { syncRead: false, defer: true });

afterEach(() => {
  setDebug(false);
  vi.restoreAllMocks();
});

describe('checked ops on a device that can only be read asynchronously', () => {
  test('a class label out of range is no error at the call, and one at the next await, in the words of the loss', async () => {
    const device = gpu();
    const loss = classNll(
      ones([3, 10], { device }),
      tensor([1, 12, 3], { dtype: 'int32', device }),
      -100,
      'crossEntropy',
    );
    const failed = await loss.data().then(
      () => null,
      (error: unknown) => error,
    );
    expect(failed).toBeInstanceOf(ValueError);
    expect((failed as ValueError).message).toBe(
      'crossEntropy(): class label out of range: got 12 at position 1, expected 0 ≤ label < 10 (or ignoreIndex -100). Do the labels start at 0?',
    );
  });

  test('the same label throws at the call where reads are synchronous', () => {
    const target = tensor([1, 12, 3], { dtype: 'int32', device: cpu() });
    expect(() => classNll(ones([3, 10], { device: cpu() }), target, -100, 'crossEntropy')).toThrow(
      /class label out of range: got 12 at position 1/,
    );
  });

  test('the device stays usable after a fault, which is told once', async () => {
    const device = gpu();
    const bad = gather(ones([3], { device }), 0, tensor([7], { dtype: 'int32', device }));
    await expect(bad.data()).rejects.toThrow(
      /gather\(\): index out of range: got 7 at position 0, expected 0 ≤ index < 3/,
    );
    await expect(ones([2], { device }).add(1).toArray()).resolves.toEqual([2, 2]);
  });

  test('the first of several faults is told', async () => {
    const device = gpu();
    gather(ones([3], { device }), 0, tensor([5], { dtype: 'int32', device }));
    gather(ones([3], { device }), 0, tensor([6], { dtype: 'int32', device }));
    await expect(ones([1], { device }).item()).rejects.toThrow(/got 5 at position 0/);
  });

  test('in debug mode the error names the call site', async () => {
    setDebug(true);
    const device = gpu();
    const bad = gather(ones([3], { device }), 0, tensor([7], { dtype: 'int32', device }));
    await expect(bad.data()).rejects.toThrow(/Called at .*asynchronous-device\.test\.ts:\d+/);
  });
});

describe('host ops', () => {
  test('nonzero has an asynchronous form everywhere', async () => {
    for (const device of [gpu(), cpu()]) {
      const found = await nonzero(
        tensor(
          [
            [0, 3],
            [4, 0],
          ],
          { device },
        ),
      );
      expect(found.device).toBe(device);
      expect(await found.toArray()).toEqual([
        [0, 1],
        [1, 0],
      ]);
    }
  });

  test('its synchronous form says what to use instead where it cannot work', () => {
    expect(() => nonzeroSync(ones([2], { device: gpu() }))).toThrow(AsyncReadError);
    expect(() => nonzeroSync(ones([2], { device: gpu() }))).toThrow(
      "nonzeroSync(): device 'counting-async' can only be read asynchronously: got a synchronous read, expected an await. Use await nonzero(…).",
    );
    expect(nonzeroSync(tensor([0, 1], { device: cpu() })).shape).toEqual([1, 1]);
  });

  test('maskedSelect is differentiable', async () => {
    const device = gpu();
    const x = tensor([1, 2, 3], { device, requiresGrad: true });
    const picked = await maskedSelect(x, tensor([true, false, true], { device }));
    picked.mul(picked).sum().backward();
    expect(await x.grad?.toArray()).toEqual([2, 0, 6]);
  });
});

describe('moving between devices', () => {
  test('to() is synchronous from a device with synchronous reads', async () => {
    const device = gpu();
    expect(await tensor([1, 2], { device: cpu() }).to(device).add(1).toArray()).toEqual([2, 3]);
  });

  test('to() from a device without them names the asynchronous way; cpu() and toAsync() are it', async () => {
    const x = ones([2], { device: gpu() }).mul(3);
    expect(() => x.to(cpu())).toThrow(
      /to\(\): device 'counting-async' can only be read asynchronously: .* Use await x\.cpu\(\), or await x\.toAsync\(device\)\./,
    );
    expect(await (await x.cpu(cpu())).toArray()).toEqual([3, 3]);
    expect((await x.toAsync(gpu())).device.name).toBe('counting-async');
  });

  test('tensors on two devices do not mix, except 0-d ones of a readable device', async () => {
    const device = gpu();
    expect(() => ones([2], { device }).add(ones([2], { device: cpu() }))).toThrow(
      "add(): tensors are on different devices: got 'counting-async' and 'cpu', expected one. Move one of them with x.to(device).",
    );
    expect(
      await ones([2], { device })
        .mul(tensor(3, { device: cpu() }))
        .toArray(),
    ).toEqual([3, 3]);
  });
});

describe('printing', () => {
  test('a tensor that cannot be read at once says so instead of its values', () => {
    expect(String(ones([2, 3], { device: gpu() }))).toBe(
      "tensor(shape=[2, 3], dtype=float32, device='counting-async'; await x.print() shows the values)",
    );
  });

  test('await x.print() shows the values with the device', async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    await ones([2], { device: gpu() }).print();
    expect(log).toHaveBeenCalledWith("tensor([1., 1.], device='counting-async')");
  });
});

describe('backward across two devices', () => {
  test('from a device with synchronous reads to one without and on: backward() works when gradients return the easy way', async () => {
    const device = gpu();
    const x = tensor([1, 2], { device, requiresGrad: true });
    const moved = await x.mul(2).cpu(cpu());
    moved.square().sum().backward();
    expect(x.grad?.device).toBe(device);
    expect(await x.grad?.toArray()).toEqual([8, 16]);
  });

  test('where a gradient has to be read asynchronously backward() says so before it frees anything, and backwardAsync() does it', async () => {
    const device = gpu();
    const x = tensor([1, 2], { device: cpu(), requiresGrad: true });
    const loss = x.mul(3).to(device).square().sum();
    expect(() => loss.backward()).toThrow(
      /backward\(\): device 'counting-async' can only be read asynchronously: .* Use await loss\.backwardAsync\(\)\./,
    );
    await loss.backwardAsync();
    expect(x.grad?.device).toBe(cpu());
    expect(await x.grad?.toArray()).toEqual([18, 36]);
  });
});
