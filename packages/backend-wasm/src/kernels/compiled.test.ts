import type { Device } from '@flambeau/core';
import {
  conv2d,
  createDevice,
  DeviceError,
  deferredMaps,
  matmul,
  ones,
  spillingMemory,
} from '@flambeau/core';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createWasmBackend } from '../backend.ts';

const { Module } = WebAssembly;

afterEach(() => {
  vi.restoreAllMocks();
});

/** An engine that refuses to compile more than some bytes. */
function refuseAbove(limit: number, message: string): void {
  vi.spyOn(WebAssembly, 'Module').mockImplementation(
    class {
      constructor(bytes: BufferSource) {
        if (bytes.byteLength > limit) throw new RangeError(message);
        // biome-ignore lint/correctness/noConstructorReturn: what `new` gives has to be a real module
        return new Module(bytes);
      }
    } as typeof Module,
  );
}

const onOneThread = (): Device =>
  createDevice(createWasmBackend(), { memory: spillingMemory, deferral: deferredMaps });

const convolved = (): Float32Array => {
  const device = onOneThread();
  const y = conv2d(ones([1, 16, 5, 5], { device }), ones([16, 16, 3, 3], { device }));
  return y.dataSync() as Float32Array;
};

describe('a module that is too large', () => {
  // What Chrome said before it allowed 8 MiB.
  const said =
    'WebAssembly.Compile is disallowed on the main thread, if the buffer size is larger than 4KB. Use WebAssembly.compile, or compile on a worker thread.';

  test('for the main thread of a page is an error that says what helps', () => {
    refuseAbove(4096, said);
    expect(convolved).toThrow(DeviceError);
    expect(convolved).toThrow(
      /a kernel is too large to be compiled on the main thread of a page: got \d{4,} bytes, expected .*4096.* Use the device in a worker, cpu\(\), or a newer browser\. WebAssembly\.Compile is disallowed/,
    );
  });

  test('leaves the device usable for all that is smaller', () => {
    refuseAbove(4096, said);
    const device = onOneThread();
    const [x, w] = [ones([1, 16, 5, 5], { device }), ones([16, 16, 3, 3], { device })];
    expect(() => conv2d(x, w).dataSync()).toThrow(DeviceError);
    const rows = x.reshape([80, 5]).add(1);
    expect([...new Set(matmul(rows, ones([5], { device })).dataSync())]).toEqual([10]);
  });

  test('for the memory that the engine has for code keeps its own error', () => {
    const full = 'WebAssembly.Module(): Out of memory: Cannot allocate more code space';
    refuseAbove(4096, full);
    expect(convolved).toThrow(full);
    expect(convolved).not.toThrow(DeviceError);
  });

  test('is compiled by an engine that does not mind', () => {
    expect(new Set(convolved())).toEqual(new Set([144]));
  });
});
