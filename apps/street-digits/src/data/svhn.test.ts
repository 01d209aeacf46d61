import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { splitByPhoto } from './split.ts';
import { readSvhn } from './svhn.ts';
import { loadSvhn } from './svhn-node.ts';
import { MatBuilder } from './testing/mat-builder.ts';
import { findSvhnFolder } from './testing/svhn-folder.ts';

const fixture = new Uint8Array(
  readFileSync(fileURLToPath(new URL('./fixtures/digits.mat', import.meta.url))),
);
const build = new MatBuilder();
const UINT8 = 9;
const miUINT8 = 2;

function digitsFile(xDims: readonly number[], y: readonly number[], xName = 'X'): Uint8Array {
  const size = xDims.reduce((product, dim) => product * dim, 1);
  return build.file(
    build.array(xName, xDims, UINT8, miUINT8, new Uint8Array(size)),
    build.array('y', [y.length, 1], UINT8, miUINT8, Uint8Array.from(y)),
  );
}

describe('readSvhn', () => {
  test('pictures become (N, 3, 32, 32), row-major, and label 10 becomes 0', () => {
    const { images, labels, photo } = readSvhn(fixture);
    expect(labels).toEqual(Uint8Array.of(0, 1, 9));
    expect(photo).toBeNull();
    expect(images.length).toBe(3 * 3 * 32 * 32);
    // The formula of tests/golden/mat.py.
    for (let n = 0, i = 0; n < 3; n++) {
      for (let k = 0; k < 3; k++) {
        for (let r = 0; r < 32; r++) {
          for (let c = 0; c < 32; c++, i++) {
            if (images[i] !== (7 * r + 13 * c + 50 * k + 101 * n) % 256) expect.fail(`pixel ${i} differs`);
          }
        }
      }
    }
  });

  test('a single picture, whose last dimension MATLAB drops, is read', () => {
    expect(readSvhn(digitsFile([32, 32, 3], [4])).labels).toEqual(Uint8Array.of(4));
  });

  test('the table gives each digit its photo, numbered in order; photos of two sources are two', () => {
    const csv = 'index,source,image,y\n0,a,7,10\n1,a,7,1\n2,b,7,9\n';
    expect(readSvhn(fixture, csv).photo).toEqual(Int32Array.of(0, 0, 1));
    expect(readSvhn(fixture, `\uFEFF${csv.replaceAll('\n', '\r\n')}`).photo).toEqual(Int32Array.of(0, 0, 1));
  });

  test.each([
    ['source,picture\na,1', /expected "image" and "source" among them/],
    ['', /got columns "", expected "image"/],
    ['image,source\n1,a\n1,a\n', /got 2 rows, expected 3/],
    ['image,source\n1,a\n1\n2,a\n', /got row 1 "1", expected digit 1/],
    ['image,source,y\n1,a,10\n1,a,1\n1,a,8\n', /got row 2 "1,a,8", expected digit 9/],
    ['index,image,source\n0,1,a\n2,1,a\n1,1,a\n', /got row 1 "2,1,a"/],
  ])('a table that does not fit is refused (%#)', (csv, message) => {
    expect(() => readSvhn(fixture, csv)).toThrow(message);
  });

  test('other variables and shapes are refused by name', () => {
    expect(() => readSvhn(digitsFile([32, 32, 3, 2], [1, 2], 'Z'))).toThrow(
      "readSvhn(): variable X is missing: got Z, y, expected X and y. Not a file of SVHN's cropped digits?",
    );
    expect(() => readSvhn(digitsFile([28, 28, 3, 2], [1, 2]))).toThrow(
      'wrong X: got uint8 28×28×3×2, expected uint8 32×32×3×N',
    );
    expect(() => readSvhn(digitsFile([32, 32, 3, 1, 2], [1, 2]))).toThrow('wrong X');
    expect(() => readSvhn(digitsFile([32, 32, 3, 2], [1, 2, 3]))).toThrow('got y 3×1, expected 2');
  });

  test.each([0, 11])('label %d is out of range', (label) => {
    expect(() => readSvhn(digitsFile([32, 32, 3, 2], [1, label]))).toThrow(
      `label out of range: got ${label} at 1, expected 1 to 10 (10 is digit 0)`,
    );
  });
});

describe('loadSvhn', () => {
  const folder = mkdtempSync(join(tmpdir(), 'svhn-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('a missing file is named with the remedy', async () => {
    await expect(loadSvhn(folder, 'extra')).rejects.toThrow(
      /no such file: got .*extra_32x32\.mat.*data download/,
    );
  });

  test('the table beside the file is used, and faults name the file', async () => {
    writeFileSync(join(folder, 'train_32x32.mat'), fixture);
    expect((await loadSvhn(folder, 'train')).photo).toBeNull();
    writeFileSync(join(folder, 'train_32x32.csv'), 'image,source\n1,a\n1,a\n2,a\n');
    expect((await loadSvhn(folder, 'train')).photo).toEqual(Int32Array.of(0, 0, 1));
    writeFileSync(join(folder, 'test_32x32.mat'), fixture.subarray(0, 500));
    await expect(loadSvhn(folder, 'test')).rejects.toThrow(
      /test_32x32\.mat: readMat\(\): variable 1 is truncated/,
    );
  });
});

const svhn = findSvhnFolder();
describe.skipIf(svhn === null)('loadSvhn > real digits', () => {
  test('the test file has 876 digits with the counts of its description', async () => {
    const { images, labels, photo } = await loadSvhn(svhn!, 'test');
    expect(images.length).toBe(876 * 3072);
    const counts = new Array<number>(10).fill(0);
    for (const label of labels) counts[label]!++;
    expect(counts).toEqual([66, 165, 141, 99, 75, 75, 75, 68, 54, 58]);
    expect(new Set(photo).size).toBe(448);
  });

  test('the training file splits by photo with no photo in both parts', async () => {
    const dataset = await loadSvhn(svhn!, 'train');
    expect(dataset.labels.length).toBe(8552);
    expect(new Set(dataset.photo).size).toBe(4264);
    const { train, validation } = splitByPhoto(dataset, 0.1, 0);
    expect(train.length + validation.length).toBe(8552);
    expect(Math.abs(validation.length - 855)).toBeLessThanOrEqual(5);
    const photos = new Set(Array.from(train, (i) => dataset.photo![i]));
    expect(Array.from(validation, (i) => dataset.photo![i]).filter((photo) => photos.has(photo))).toEqual([]);
  });
});
