import { readFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import * as fl from './index.ts';

describe('the one import', () => {
  test('makes wasm the default device and loads autograd', async () => {
    const w = fl.tensor([1, 2], { requiresGrad: true });
    w.mul(w).sum().backward();
    expect(await w.grad?.toArray()).toEqual([2, 4]);
    expect(w.device.name).toBe('wasm');
  });

  test('has every name of every package it depends on', async () => {
    const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
      readonly dependencies: Record<string, string>;
    };
    const names = Object.keys(manifest.dependencies);
    expect(names).toHaveLength(10);
    for (const name of names) {
      const exported = (await import(name)) as Record<string, unknown>;
      for (const [key, value] of Object.entries(exported))
        expect((fl as Record<string, unknown>)[key], `${name}: ${key}`).toBe(value);
    }
  });

  test('leaves a device alone that was set before', async () => {
    const before = fl.getDefaultDevice();
    const other = fl.createDevice({ ...fl.cpu().backend, name: 'other' });
    fl.setDefaultDevice(other);
    try {
      vi.resetModules();
      const again = await import('./index.ts');
      expect(again.tensor).not.toBe(fl.tensor);
      expect(again.getDefaultDevice()).toBe(other);
    } finally {
      fl.setDefaultDevice(before);
    }
  });
});

test('where the host reserves no memory for WebAssembly the cpu is the best device', async () => {
  const { bestDevice } = await import('./best-device.ts');
  const { wasm } = await import('@flambeau/backend-wasm');
  const { Memory } = WebAssembly;
  WebAssembly.Memory = class {
    constructor() {
      throw new RangeError('could not allocate memory');
    }
  } as unknown as typeof Memory;
  try {
    expect(bestDevice().name).toBe('cpu');
    await expect(wasm()).rejects.toThrow(
      "wasm(): no memory is to be had: got 'could not allocate memory', expected a host that reserves 536870912 bytes of addresses. Use cpu().",
    );
  } finally {
    WebAssembly.Memory = Memory;
  }
});

test('without WebAssembly, or where it has no vectors, the cpu is the best device', async () => {
  const { bestDevice } = await import('./best-device.ts');
  expect(bestDevice().name).toBe('wasm');
  vi.stubGlobal('WebAssembly', undefined);
  try {
    expect(bestDevice().name).toBe('cpu');
  } finally {
    vi.unstubAllGlobals();
  }
});

describe('pick', () => {
  const broken = (): never => {
    throw new Error('no adapter');
  };

  test('takes names, and the device tells why those before it were passed over', async () => {
    vi.stubGlobal('navigator', { gpu: { requestAdapter: async () => null } });
    try {
      const device = await fl.pick(['webgpu', 'cpu']);
      expect(device.name).toBe('cpu');
      expect(device.report()['passedOver']).toEqual([
        expect.stringMatching(/^webgpu: webgpu\(\): no adapter/),
      ]);
      expect((await fl.pick(['cpu'])).report()).toMatchObject({ backend: 'cpu', passedOver: [] });
    } finally {
      vi.unstubAllGlobals();
    }
  });

  test('refuses a name that it does not know', async () => {
    await expect(fl.pick(['cuda' as fl.DeviceName])).rejects.toThrow(
      "pick(): no device of this name: got 'cuda', expected one of webgpu, wasm, cpu.",
    );
  });

  test('gives the first device that works, in order of preference', async () => {
    const other = fl.createDevice({ ...fl.cpu().backend, name: 'other' });
    expect(await fl.pick([broken, () => Promise.resolve(other), fl.cpu])).toBe(other);
    expect(await fl.pick([() => Promise.reject(new Error('no')), fl.cpu])).toBe(fl.cpu());
  });

  test('tells every reason when none works', async () => {
    const picked = fl.pick([broken]);
    await expect(picked).rejects.toThrow(fl.DeviceError);
    await expect(picked).rejects.toThrow(
      'pick(): no device works: got broken: no adapter, expected one that does.',
    );
    await expect(fl.pick([])).rejects.toThrow('got an empty list');
  });
});
