import { expect, test } from 'vitest';
import { checkContents, checkExports } from './check-package.ts';

const good = ['package.json', 'README.md', 'LICENSE', 'dist/index.js', 'dist/index.d.ts'];

test('accepts a package with its manifest, licence, readme and entry', () => {
  expect(checkContents(good, '{ "version": "0.1.0" }')).toEqual([]);
});

test('names what is missing and what should not be there', () => {
  const files = [...good.filter((file) => file !== 'LICENSE'), 'src/index.ts', 'dist/shape.test.js'];
  expect(checkContents(files, '{}')).toEqual([
    'lacks LICENSE',
    'holds src/index.ts',
    'holds dist/shape.test.js',
  ]);
});

test('refuses a manifest that only works inside the workspace', () => {
  const manifest =
    '{ "exports": { ".": { "@flambeau/source": "./src/index.ts" } }, "peerDependencies": { "a": "workspace:^" } }';
  expect(checkContents(good, manifest)).toEqual([
    'package.json still says "workspace:"',
    'package.json still names the source condition',
  ]);
});

test('holds the published exports to the ones of the workspace', () => {
  const built = { types: './dist/index.d.ts', default: './dist/index.js' };
  const exports = { '.': { '@flambeau/source': './src/index.ts', ...built } };
  const name = '@flambeau/x';
  expect(checkExports({ name, exports, publishConfig: { exports: { '.': built } } })).toEqual([]);
  expect(
    checkExports({ name, exports: { ...exports, './more': built }, publishConfig: { exports } }),
  ).toEqual(['publishConfig.exports differs from exports']);
});
