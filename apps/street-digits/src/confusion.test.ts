import { expect, test } from 'vitest';
import { countConfusion, drawConfusion, formatConfusion } from './confusion.ts';

const labels = [0, 0, 0, 3, 3, 9];
const predictions = [0, 0, 6, 3, 8, 9];

test('rows are what it is, columns what it was taken for', () => {
  const counts = countConfusion(labels, predictions);
  expect(counts[0]).toEqual([2, 0, 0, 0, 0, 0, 1, 0, 0, 0]);
  expect(counts[3]![8]).toBe(1);
  expect(counts.flat().reduce((sum, count) => sum + count)).toBe(6);
});

test('the text has a row for each digit with its share of right answers, and a dash where there is none', () => {
  const lines = formatConfusion(countConfusion(labels, predictions)).split('\n');
  expect(lines).toHaveLength(13);
  expect(lines[3]).toBe('    0 │   2   ·   ·   ·   ·   ·   1   ·   ·   ·    66.7 %');
  expect(lines[4]).toMatch(/ –$/);
  expect(lines[12]).toMatch(/100\.0 %$/);
});

test('columns are as wide as the largest count', () => {
  const counts = countConfusion(new Array(12345).fill(1), new Array(12345).fill(1));
  const [first, ...rest] = formatConfusion(counts)
    .split('\n')
    .slice(3)
    .map((line) => line.indexOf('%'));
  expect(first).toBe(-1);
  expect(rest[0]).toBeGreaterThan(0);
  expect(formatConfusion(counts)).toContain(' 12345');
});

test('the SVG shades a cell by its share of the row', () => {
  const svg = drawConfusion(countConfusion(labels, predictions), 'six digits');
  expect(svg).toMatch(/fill="#1c7ed6" fill-opacity="0\.667"[^>]*><title>0 taken for 0: 2</);
  expect(svg).toMatch(/fill="#e03131" fill-opacity="0\.577"[^>]*><title>0 taken for 6: 1</);
  expect(svg.match(/<rect x=/g)).toHaveLength(100);
});
