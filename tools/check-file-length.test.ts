import { expect, test } from 'vitest';
import { isSource, judge } from './check-file-length.ts';

test('warns above 400 lines and fails above 600', () => {
  expect([400, 401, 600, 601].map(judge)).toEqual(['fine', 'long', 'long', 'too long']);
});

test('measures code, not data or prose', () => {
  expect(['a.ts', 'b.mjs', 'c.py'].every(isSource)).toBe(true);
  expect(['pnpm-lock.yaml', 'README.md', 'golden.json'].some(isSource)).toBe(false);
});
