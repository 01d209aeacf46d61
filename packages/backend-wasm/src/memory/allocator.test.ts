import { describe, expect, test } from 'vitest';
import { Allocator, partSize } from './allocator.ts';
import { classOf } from './free-parts.ts';

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

  test('joins free neighbours, and gives the smallest part that is large enough', () => {
    const memory = limited();
    const [a, b, c, d, e] = [1000, 2000, 3000, 500, 64].map((bytes) => memory.allocate(bytes)) as [
      number,
      number,
      number,
      number,
      number,
    ];
    const sum = partSize(1000) + partSize(2000) + partSize(3000);
    memory.release(a);
    memory.release(c);
    expect(memory.stats()).toMatchObject({ largestFree: 3008, free: 4032, fragmentation: 1 - 3008 / 4032 });
    expect(memory.allocate(1000)).toBe(a);
    memory.release(a);
    memory.release(b);
    expect(memory.stats()).toMatchObject({ largestFree: sum, free: sum, fragmentation: 0 });
    expect(memory.allocate(sum)).toBe(a);
    memory.release(a);
    memory.release(e);
    memory.release(d);
    expect(memory.stats()).toMatchObject({
      bytes: 0,
      parts: 0,
      free: memory.stats().end - 128,
      fragmentation: 0,
    });
    // The free part at the end only has to grow by what is missing.
    expect(memory.allocate(100_000)).toBe(a);
    expect(memory.stats().end).toBe(a + partSize(100_000));
  });

  test('keeps count', () => {
    const memory = limited();
    const address = memory.allocate(100);
    memory.allocate(0);
    const none = { free: 0, largestFree: 0, fragmentation: 0 };
    expect(memory.stats()).toEqual({ bytes: 192, parts: 2, peak: 192, end: 320, ...none });
    memory.release(address);
    const hole = { free: 128, largestFree: 128, fragmentation: 0 };
    expect(memory.stats()).toEqual({ bytes: 64, parts: 1, peak: 192, end: 320, ...hole });
  });

  test('stays usable when the range is full', () => {
    const memory = limited();
    expect(() => memory.allocate(2 * LIMIT)).toThrow('full');
    expect(memory.allocate(64)).toBe(128);
  });
});

test('parts take multiples of 64 bytes', () => {
  expect([0, 1, 64, 65, 300, 2 ** 32 - 1].map(partSize)).toEqual([64, 64, 64, 128, 320, 2 ** 32]);
});

test('classes of sizes never fall, and stay within an eighth', () => {
  let [last, first] = [0, 0];
  for (let size = 64; size < 1e6; size += 64) {
    const found = classOf(size);
    expect(found === last || found === last + 1).toBe(true);
    if (found > last) first = size;
    expect(size).toBeLessThan(first * 1.125 + 1);
    last = found;
  }
  expect(classOf(2 ** 32)).toBeLessThan(208);
});
