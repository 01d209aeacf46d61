import { describe, expect, test } from 'vitest';
import { LinearMemory } from './linear-memory.ts';

describe('LinearMemory', () => {
  test('grows, keeps its contents, and shows them in new views', () => {
    const memory = new LinearMemory();
    const address = memory.allocate(64);
    const before = memory.views.float32;
    before[address / 4] = 7;
    const far = memory.allocate(50e6);
    const { data, at } = memory.at('float32', far);
    data[at + 12e6] = 3;
    expect(memory.views.float32).not.toBe(before);
    expect(memory.views.float32[address / 4]).toBe(7);
    expect(memory.views.float32[far / 4 + 12e6]).toBe(3);
    expect(memory.views).toBe(memory.views);
  });

  test('never deals out the address 0, nor where arguments stand', () => {
    expect(new LinearMemory().allocate(1)).toBeGreaterThanOrEqual(32_768);
  });

  test('an allocation beyond the maximum throws and leaves the memory usable', () => {
    const memory = new LinearMemory();
    expect(() => memory.allocate(5e9)).toThrow(RangeError);
    const address = memory.allocate(1000);
    expect(memory.stats()).toMatchObject({ bytes: 1024, parts: 1 });
    memory.release(address);
    expect(memory.stats()).toMatchObject({ bytes: 0, parts: 0 });
  });
});
