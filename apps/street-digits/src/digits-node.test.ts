import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { MatBuilder } from './data/testing/mat-builder.ts';
import type { DigitSet } from './digit-set.ts';
import { openDigits } from './digits-node.ts';

const root = mkdtempSync(join(tmpdir(), 'street-digits-sets-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A folder whose picture i has `value(i)` in every pixel and shows digit i mod 10; three digits to a photo. */
function folderOf(name: string, count: number, value: (index: number) => number): string {
  const folder = mkdtempSync(join(root, name));
  const mat = new MatBuilder();
  const pictures = Uint8Array.from({ length: 3072 * count }, (_, i) => value(Math.floor(i / 3072)));
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 10 || 10);
  const file = mat.file(
    mat.array('X', [32, 32, 3, count], 9, 2, pictures),
    mat.array('y', [count, 1], 9, 2, labels),
  );
  for (const part of ['train', 'test']) writeFileSync(join(folder, `${part}_32x32.mat`), file);
  const rows = Array.from({ length: count }, (_, i) => `street,${Math.floor(i / 3)}`);
  writeFileSync(join(folder, 'train_32x32.csv'), ['source,image', ...rows, ''].join('\n'));
  return folder;
}

function valuesOf(set: DigitSet, epoch = 1): number[] {
  return Array.from({ length: set.size }, (_, i) => set.read(i, epoch).picture[0]!);
}

describe('the sets of a folder', () => {
  const folder = folderOf('plain', 90, (index) => index);

  test('divide the training file by photo, each digit with its label', async () => {
    const { train, validation, test: tested } = await openDigits({ folder, seed: 1, limit: null });
    const photos = (set: DigitSet): Set<number> =>
      new Set(valuesOf(set).map((value) => Math.floor(value / 3)));
    expect(validation.size).toBe(9);
    expect(train.size).toBe(81);
    for (const photo of photos(validation)) expect(photos(train)).not.toContain(photo);
    for (const set of [train, validation, tested]) {
      valuesOf(set).forEach((value, i) => {
        expect(set.read(i, 1).label).toBe(value % 10);
      });
    }
    expect(valuesOf(tested)).toEqual(Array.from({ length: 90 }, (_, i) => i));
  });

  test('are the same for the same seed, and divided otherwise by another', async () => {
    const [first, again, other] = [
      await openDigits({ folder, seed: 1, limit: null }),
      await openDigits({ folder, seed: 1, limit: null }),
      await openDigits({ folder, seed: 2, limit: null }),
    ];
    expect(valuesOf(again.train)).toEqual(valuesOf(first.train));
    expect(again.fingerprint).toBe(first.fingerprint);
    expect(valuesOf(other.validation).sort()).not.toEqual(valuesOf(first.validation).sort());
  });

  test('keep to the limit, with pictures from all over the file', async () => {
    const { train, validation, test: tested } = await openDigits({ folder, seed: 1, limit: 8 });
    expect([train.size, validation.size, tested.size]).toEqual([8, 8, 8]);
    expect(Math.max(...valuesOf(train)) - Math.min(...valuesOf(train))).toBeGreaterThan(30);
  });

  test('have another fingerprint when one picture differs', async () => {
    const changed = folderOf('changed', 90, (index) => (index === 50 ? 200 : index));
    const [one, two] = await Promise.all(
      [folder, changed].map((place) => openDigits({ folder: place, seed: 1, limit: null })),
    );
    expect(two!.fingerprint).not.toBe(one!.fingerprint);
  });
});

describe('the embedded sets', () => {
  test('are tested on the same pictures whatever the seed, and trained on others', async () => {
    const [one, two] = [
      await openDigits({ folder: null, seed: 1, limit: 20 }),
      await openDigits({ folder: null, seed: 2, limit: 20 }),
    ];
    const pictures = (set: DigitSet, epoch: number): string[] =>
      Array.from({ length: set.size }, (_, i) => Buffer.from(set.read(i, epoch).picture).toString('latin1'));
    expect(pictures(two.test, 1)).toEqual(pictures(one.test, 5));
    expect(pictures(two.validation, 1)).toEqual(pictures(one.validation, 1));
    const sets = [pictures(one.train, 1), pictures(one.train, 2), pictures(two.train, 1)];
    const all = [...sets, pictures(one.validation, 1), pictures(one.test, 1)].flat();
    expect(new Set(all).size).toBe(100);
  });
});
