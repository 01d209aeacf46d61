import { readFileSync } from 'node:fs';
import { groupOf, type MatrixLine, type MatrixStatus, matrixNames } from '@flambeau/backend-conformance';
import { expect, test } from 'vitest';
import { configurations } from './backends.ts';
import { backendsOnPage, formatPage, namesOnPage } from './page.ts';

const page = readFileSync(new URL('../../docs/conformance.md', import.meta.url), 'utf8');

test('docs/conformance.md has a row for every function and op, and for nothing that is gone: npm run conformance -- --markdown', () => {
  const known = new Set(matrixNames);
  const rows = namesOnPage(page);
  expect(matrixNames.filter((name) => !rows.includes(name))).toEqual([]);
  const others = ['storage', 'training', 'primitives'];
  expect(rows.filter((name) => !known.has(name) && !others.includes(groupOf(name)))).toEqual([]);
});

test('docs/conformance.md has a column for every backend', () => {
  const columns = configurations.filter(({ onPage }) => onPage).map(({ name }) => name);
  expect(backendsOnPage(page)).toEqual(columns);
});

test('docs/conformance.md tells of no failure', () => {
  expect(page).not.toMatch(/^\|.*✗.*\|$/m);
});

test('a page shows the worst of all dtypes, and sums up cases', () => {
  const line = (
    direction: MatrixLine['direction'],
    dtype: MatrixLine['dtype'],
    status: MatrixStatus,
    cases: number,
  ): MatrixLine => ({
    op: 'tanh',
    backend: 'mine',
    dtype,
    direction,
    status,
    cases,
    skipped: 0,
    reason: 'why',
  });
  const lines = [
    line('forward', 'float32', 'pass', 3),
    line('forward', 'float64', 'fail', 4),
    line('backward', 'float32', 'skip', 0),
    line('backward', 'float64', 'pass', 2),
    line('double', 'float64', 'xfail', 1),
  ];
  const text = formatPage([{ name: 'mine', about: 'of my own' }], lines, () => 'functions');
  expect(text).toContain('## Functions\n\n|  | mine |\n| --- | --- |\n| `tanh` | ✗✓x 10 |');
  expect(text).toContain('| mine | of my own | 2 | 0 | 1 | 1 | 1 |');
  expect(text).toContain('| Fails as expected: why | 1 |\n| Skipped: why | 1 |');
  expect(namesOnPage(text)).toEqual(['tanh']);
  expect(backendsOnPage(text)).toEqual(['mine']);
});
