import { readFileSync } from 'node:fs';
import { manualSeed, zeros } from 'flambeau';
import { expect, test } from 'vitest';
import { crc32 } from './data/png.ts';
import { createModel, type Preset, presets } from './models.ts';

interface GoldenModel {
  readonly preset: Preset;
  readonly seed: number;
  readonly entries: { readonly name: string; readonly shape: number[]; readonly crc32?: number }[];
}

const golden = JSON.parse(readFileSync(new URL('./golden/digit-models.json', import.meta.url), 'utf8')) as {
  readonly cases: GoldenModel[];
};

test.each(golden.cases)(
  '$preset after seed $seed has the state dict of PyTorch, bit for bit',
  ({ preset, seed, entries }) => {
    manualSeed(seed);
    const state = createModel(preset).stateDict();
    expect(Object.keys(state)).toEqual(entries.map(({ name }) => name));
    for (const { name, shape, crc32: sum } of entries) {
      const value = state[name]!;
      expect(value.shape).toEqual(shape);
      if (sum === undefined) continue;
      const data = value.dataSync();
      expect(data).toBeInstanceOf(Float32Array);
      expect(crc32(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)), name).toBe(sum);
    }
  },
);

test('every preset has its golden values', () => {
  expect(new Set(golden.cases.map(({ preset }) => preset))).toEqual(new Set(Object.keys(presets)));
});

test.each(Object.keys(presets) as Preset[])('%s gives ten scores for each picture', (preset) => {
  expect(createModel(preset).forward(zeros([2, 3, 32, 32])).shape).toEqual([2, 10]);
});
