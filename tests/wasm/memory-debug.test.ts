import { createWasmBackend, LinearMemory } from '@flambeau/backend-wasm/testing';
import { setDebug } from '@flambeau/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

beforeEach(() => setDebug(true));
afterEach(() => setDebug(false));

describe('wasm memory in debug mode', () => {
  test.each([40, 10_000])(
    'freed parts of %i bytes hold NaN in every float, until they are written again',
    (bytes) => {
      const memory = new LinearMemory();
      const address = memory.allocate(bytes);
      memory.views.float32.fill(1, address / 4, (address + bytes) / 4);
      memory.release(address);
      const again = memory.allocate(bytes);
      expect(again).toBe(address);
      const { float32, float64 } = memory.views;
      expect(float32.subarray(again / 4, (again + bytes) / 4).every(Number.isNaN)).toBe(true);
      expect(float64.subarray(again / 8, (again + bytes) / 8).every(Number.isNaN)).toBe(true);
    },
  );

  test.each([40, 10_000])(
    'a write into a freed part of %i bytes is told when the part is used again',
    (bytes) => {
      const memory = new LinearMemory();
      const address = memory.allocate(bytes);
      memory.release(address);
      memory.views.float32[address / 4 + 3] = 1;
      expect(() => memory.allocate(bytes)).toThrow(
        new RegExp(`wasm memory at ${address + 12} was written after it was freed`),
      );
    },
  );

  test('what was freed before debug mode, or never used, is not complained about', () => {
    setDebug(false);
    const memory = new LinearMemory();
    const [a, b] = [memory.allocate(5000), memory.allocate(5000)];
    memory.release(a);
    setDebug(true);
    memory.release(b);
    expect(memory.allocate(10_000)).toBe(a);
    memory.allocate(1e6);
  });

  test('a block cannot be used once it was released, nor be released again', () => {
    const backend = createWasmBackend();
    const block = backend.alloc('float32', 4);
    backend.write(block, Float32Array.of(1, 2, 3, 4));
    backend.release(block);
    for (const use of [
      () => backend.readSync?.(block, 'float32', 0, 4),
      () => backend.write(block, new Float32Array(4)),
      () => backend.release(block),
    ])
      expect(use).toThrow(/used after it was released/);
  });
});

test('a block that is released twice is an error without debug mode too', () => {
  setDebug(false);
  const backend = createWasmBackend();
  const block = backend.alloc('float32', 4);
  backend.release(block);
  expect(() => backend.release(block)).toThrow(/released twice/);
});
