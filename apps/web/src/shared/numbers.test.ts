import { expect, test } from 'vitest';
import { nearest } from './fields.ts';
import { equation, percent, perSecond, threeDigits } from './numbers.ts';

test('numbers have three digits', () => {
  expect([0.0123456, 1.2345, 99.95, 1234.5, Number.NaN].map(threeDigits)).toEqual([
    '0.0123',
    '1.23',
    '100',
    '1,235',
    'NaN',
  ]);
});

test('shares are percentages, rates are a second', () => {
  expect(percent(0.93449)).toBe('93.4 %');
  expect([0, 0.44, 12.3, 4567.8].map(perSecond)).toEqual(['–', '0.4 /s', '12 /s', '4,568 /s']);
});

test('a line is an equation with real minus signs', () => {
  expect(equation({ w: 0.5178, b: -0.0025 })).toBe('y = 0.518x − 0.003');
  expect(equation({ w: -1, b: 2 })).toBe('y = −1.000x + 2.000');
  expect(equation({ w: 0.5, b: 0 })).toBe('y = 0.500x');
});

test('a field gives the nearest number that may be, and its default for what is none', () => {
  expect(['7', '2.6', '-3', '1e9', '', 'x'].map((text) => nearest(text, 1, 100, 50))).toEqual([
    7, 3, 1, 100, 50, 50,
  ]);
});
