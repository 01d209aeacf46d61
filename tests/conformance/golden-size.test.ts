import { readdirSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';

const root = new URL('../../', import.meta.url);
const packages = readdirSync(new URL('packages/', root));

/** Bytes of all files of a folder; 0 without it. */
function bytesIn(folder: string): number {
  const url = new URL(`${folder}/`, root);
  if (!statSync(url, { throwIfNoEntry: false })) return 0;
  return readdirSync(url).reduce((total, file) => total + statSync(new URL(file, url)).size, 0);
}

test('golden values take at most 10 MB in all', () => {
  const sizes = [
    ...packages.map((name) => bytesIn(`packages/${name}/src/golden`)),
    bytesIn('tests/golden/opinfo'),
  ];
  expect(bytesIn('packages/backend-conformance/src/golden')).toBeGreaterThan(500_000);
  expect(bytesIn('tests/golden/opinfo')).toBeGreaterThan(500_000);
  expect(sizes.reduce((total, size) => total + size, 0)).toBeLessThanOrEqual(10e6);
});
