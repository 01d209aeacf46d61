import { describe, expect, test } from 'vitest';
import { Allocator, classSize } from './allocator.ts';

const LIMIT = 1 << 20;

function limited(): Allocator {
  return new Allocator(100, (bytes) => {
    if (bytes > LIMIT) throw new RangeError('full');
  });
}

describe('Allocator', () => {
  test('deals out parts that do not overlap, at multiples of 64', () => {
    const memory = limited();
    const parts: { address: number; bytes: number }[] = [];
    let random = 1;
    for (let i = 0; i < 400; i++) {
      random = (random * 48271) % 2147483647;
      if (random % 3 === 0 && parts.length > 0)
        memory.release(parts.splice(random % parts.length, 1)[0]?.address as number);
      else parts.push({ address: memory.allocate(random % 1000), bytes: random % 1000 });
    }
    const sorted = [...parts].sort((a, b) => a.address - b.address);
    sorted.forEach(({ address, bytes }, i) => {
      expect(address % 64).toBe(0);
      expect(address).toBeGreaterThanOrEqual(128);
      expect(address + bytes).toBeLessThanOrEqual(sorted[i + 1]?.address ?? LIMIT);
    });
  });

  test('uses a released part again', () => {
    const memory = limited();
    const address = memory.allocate(1000);
    memory.release(address);
    expect(memory.allocate(1010)).toBe(address);
  });

  test('refuses to release twice, and what it never dealt out', () => {
    const memory = limited();
    const address = memory.allocate(8);
    memory.release(address);
    expect(() => memory.release(address)).toThrow(/released twice/);
    expect(() => memory.release(64)).toThrow(/never allocated/);
  });

  test('keeps count', () => {
    const memory = limited();
    const address = memory.allocate(100);
    memory.allocate(0);
    expect(memory.stats()).toEqual({ bytes: 192, parts: 2, end: 320 });
    memory.release(address);
    expect(memory.stats()).toEqual({ bytes: 64, parts: 1, end: 320 });
  });

  test('stays usable when the range is full', () => {
    const memory = limited();
    expect(() => memory.allocate(2 * LIMIT)).toThrow('full');
    expect(memory.allocate(64)).toBe(128);
  });
});

test('a size class wastes at most a quarter above 256 bytes', () => {
  for (let bytes = 256; bytes < 1e6; bytes += 997) {
    const size = classSize(bytes);
    expect(size).toBeGreaterThanOrEqual(bytes);
    expect(size).toBeLessThanOrEqual(bytes * 1.25);
  }
  expect([1, 64, 65, 300, 513].map(classSize)).toEqual([64, 64, 128, 320, 640]);
});
