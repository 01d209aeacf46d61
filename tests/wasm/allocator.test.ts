import { Allocator, partSize } from '@flambeau/backend-wasm/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const START = 128;

/** What a simple list of parts in use says about free memory. */
function gapsOf(used: ReadonlyMap<number, number>, end: number): number[] {
  const gaps: number[] = [];
  let at = START;
  for (const [address, size] of [...used].sort(([a], [b]) => a - b)) {
    expect(address).toBeGreaterThanOrEqual(at);
    if (address > at) gaps.push(address - at);
    at = address + size;
  }
  if (end > at) gaps.push(end - at);
  return gaps;
}

const bytes = fc.oneof(
  fc.integer({ min: 0, max: 300 }),
  fc.integer({ min: 0, max: 20_000 }),
  fc.constantFrom(64, 128, 4096, 65_536),
);
const command = fc.record({ allocate: fc.option(bytes), pick: fc.nat() });

test('an allocator keeps its parts apart and its free neighbours joined, whatever is asked of it', () => {
  fc.assert(
    fc.property(fc.array(command, { maxLength: 300 }), (commands) => {
      const limit = 300_000;
      const memory = new Allocator(100, (end) => {
        if (end > limit) throw new RangeError('full');
      });
      const used = new Map<number, number>();
      let peak = 0;
      for (const { allocate, pick } of commands) {
        if (allocate !== null) {
          const before = memory.stats();
          let address: number;
          try {
            address = memory.allocate(allocate);
          } catch {
            // Refused only where there is really no room, and nothing has changed.
            expect(memory.stats()).toEqual(before);
            const size = partSize(allocate);
            expect(Math.max(0, ...gapsOf(used, before.end))).toBeLessThan(size);
            expect(before.end + size).toBeGreaterThan(limit);
            continue;
          }
          expect(address % 64).toBe(0);
          used.set(address, partSize(allocate));
        } else if (used.size > 0) {
          const address = [...used.keys()][pick % used.size] as number;
          memory.release(address);
          used.delete(address);
          expect(() => memory.release(address)).toThrow(/released twice/);
        }
        const stats = memory.stats();
        const total = [...used.values()].reduce((a, b) => a + b, 0);
        peak = Math.max(peak, total);
        const gaps = gapsOf(used, stats.end);
        const free = gaps.reduce((a, b) => a + b, 0);
        const largestFree = Math.max(0, ...gaps);
        expect(stats).toMatchObject({ bytes: total, parts: used.size, peak, free, largestFree });
        expect(stats.end).toBeLessThanOrEqual(limit);
      }
      for (const address of used.keys()) memory.release(address);
      const { bytes: left, parts, fragmentation } = memory.stats();
      expect({ left, parts, fragmentation }).toEqual({ left: 0, parts: 0, fragmentation: 0 });
    }),
    { numRuns: 200 },
  );
});

test('sizes that change all the time do not scatter the memory', () => {
  const memory = new Allocator(0, () => {});
  const live: [number, number][] = [];
  let [random, total, most] = [1, 0, 0];
  const next = (n: number): number => {
    random = (random * 48271) % 2147483647;
    return random % n;
  };
  for (let i = 0; i < 50_000; i++) {
    const size = partSize(2 ** next(16) + next(5000));
    live.push([memory.allocate(size), size]);
    total += size;
    most = Math.max(most, total);
    while (live.length > 200) {
      const [address, freed] = live.splice(next(live.length), 1)[0] as [number, number];
      memory.release(address);
      total -= freed;
    }
  }
  expect(memory.stats().end).toBeLessThan(1.5 * most);
});
