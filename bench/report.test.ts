import { describe, expect, test } from 'vitest';
import { flambeau, pytorch } from './contender.ts';
import { machineLine } from './machine.ts';
import type { Figure } from './measure.ts';
import { median, quantile } from './measure.ts';
import { parseOptions } from './options.ts';
import { selfTimes } from './profile.ts';
import { formatRatio, formatTime, tables } from './report.ts';
import { rows } from './rows.ts';

const figure = (contender: string, warm: number | null, missing: string | null = null): Figure => ({
  contender,
  version: '1.0',
  missing,
  first: warm === null ? null : warm * 10,
  warm,
  spread: warm === null ? null : 0.5,
  samples: 3,
});

describe('figures', () => {
  test('the median of an even number of values lies between the middle two', () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(quantile([10, 20, 30, 40, 50], 0.25)).toBe(20);
  });

  test('times are told in the unit that suits them', () => {
    expect([4.56e-4, 1.25e-3, 17.94, 1234].map(formatTime)).toEqual([
      '456 ns',
      '1.25 µs',
      '17.9 ms',
      '1.23 s',
    ]);
  });

  test('a ratio is how many times as long Flambeau takes', () => {
    expect(formatRatio(1, 2)).toBe('0.50×');
    expect(formatRatio(300, 2)).toBe('150×');
  });
});

describe('the tables', () => {
  const row = rows.find(({ id }) => id === 'matmul-64');
  if (!row) throw new Error('no such row');

  test('show time, spread, rate and ratio, and a dash for what is missing', () => {
    const text = tables(
      [{ row, figures: [figure('flambeau', 0.2), figure('pytorch', 0.1)] }],
      [flambeau, pytorch],
    );
    expect(text).toContain('200 µs ±25 %, 2.62 GF/s');
    expect(text).toContain('100 µs ±25 %, 5.24 GF/s, **2.0×**');
    expect(text).toContain('1.00 ms, **2.0×**');
  });

  test('say why figures are missing', () => {
    const text = tables(
      [{ row, figures: [figure('flambeau', 0.2), figure('pytorch', null, 'not installed')] }],
      [flambeau, pytorch],
    );
    expect(text).toMatch(/\| 200 µs.* \| – +\|/);
    expect(text).toContain('- PyTorch 1.0; every row: not installed');
  });

  test('say so when work was too slow to be repeated', () => {
    const slow = { ...figure('pytorch', null), first: 17_000 };
    const text = tables([{ row, figures: [figure('flambeau', 0.2), slow] }], [flambeau, pytorch]);
    expect(text).toContain('every row: the first sample took so long');
    expect(text).toContain('17.0 s, **0.00012×**');
  });
});

describe('the command line', () => {
  test('picks rows by the beginning of their name', () => {
    expect(parseOptions(['--only', 'add', '--no-peers', '--quick'])).toEqual({
      quick: true,
      peers: false,
      only: ['add'],
      profile: false,
      json: null,
    });
  });

  test('refuses a row that does not exist', () => {
    expect(() => parseOptions(['--only', 'nonsense'])).toThrow(/no such row: got nonsense/);
  });
});

test('a machine is described with its engine and its load', () => {
  const machine = {
    cpu: 'A CPU',
    cores: 2,
    memoryGiB: 8,
    platform: 'linux x64',
    node: '24.0.0',
    v8: '13.6',
    load: 0.5,
    date: '2026-01-01',
  };
  expect(machineLine(machine)).toBe(
    '2026-01-01, A CPU, 2 cores, 8 GiB, linux x64, Node 24.0.0 (V8 13.6), load 0.50',
  );
});

test('a profile is added up by function, without the time in which nothing ran', () => {
  const node = (id: number, functionName: string, url: string) => ({
    id,
    callFrame: { functionName, url, lineNumber: 4 },
  });
  const times = selfTimes({
    nodes: [
      node(1, 'map', 'file:///x/packages/core/src/a.ts'),
      node(2, 'map', 'file:///x/packages/core/src/a.ts'),
      node(3, '(idle)', ''),
    ],
    samples: [1, 2, 3],
    timeDeltas: [10, 30, 500],
  });
  expect(times).toEqual([{ name: 'map', place: 'packages/core/src/a.ts:5', share: 1 }]);
});
