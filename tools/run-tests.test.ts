import { describe, expect, test } from 'vitest';
import { closingLine, tallyVitest } from './run-tests.ts';

const counts = (numPassedTests: number, numFailedTests: number, numPendingTests = 0) => ({
  numPassedTests,
  numFailedTests,
  numPendingTests,
  numTodoTests: 0,
});

describe('tallyVitest', () => {
  test('takes the counts of a good run', () => {
    expect(tallyVitest(0, counts(12, 0, 2))).toEqual({ passed: 12, failed: 0, skipped: 2 });
  });

  test('counts failed tests', () => {
    expect(tallyVitest(1, counts(10, 3))).toEqual({ passed: 10, failed: 3, skipped: 0 });
  });

  test('counts one failure where a file did not load, nothing ran, or there is no report', () => {
    expect(tallyVitest(1, counts(10, 0)).failed).toBe(1);
    expect(tallyVitest(0, counts(0, 0)).failed).toBe(1);
    expect(tallyVitest(1, undefined).failed).toBe(1);
  });
});

test('the closing line is the sum alone', () => {
  expect(closingLine({ passed: 41, failed: 0 })).toBe('41 passed, 0 failed');
});
