import { describe, expect, test } from 'vitest';
import { engines } from './engines.ts';
import { machineLine } from './machine.ts';
import type { Figure } from './measure.ts';
import { median, quantile } from './measure.ts';
import { selfTimes } from './profile.ts';
import { formatRatio, formatTime, jsonLines, tables } from './report.ts';
import { works } from './works.ts';

const figure = (engine: string, warm: number | null, missing: string | null = null): Figure => ({
  engine,
  version: '1.0',
  missing,
  first: warm === null ? null : warm * 10,
  warm,
  spread: warm === null ? null : 0.5,
  samples: 3,
  gpu: null,
});

const work = works.find(({ id }) => id === 'matmul64');
if (!work) throw new Error('no such work');
const some = (...names: string[]) => engines.filter(({ id }) => names.includes(id));

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
  test('compare Flambeau with PyTorch on as many threads and with the fastest JavaScript peer', () => {
    const text = tables(
      [
        {
          work,
          figures: [
            figure('flambeau-wasm-2t', 0.2),
            figure('tfjs-cpu', 1),
            figure('jaxjs-wasm', 0.8),
            figure('torch-1t', 0.2),
            figure('torch-2t', 0.1),
          ],
        },
      ],
      some('flambeau-wasm-2t', 'tfjs-cpu', 'jaxjs-wasm', 'torch-1t', 'torch-2t'),
      false,
    );
    expect(text).toContain('| matmul64 | **2.0×** torch-2t, **0.25×** jaxjs-wasm |');
    expect(text).not.toContain('First of a fresh process');
  });

  test('compare a GPU with peers that are reached in the same way', () => {
    const names = [
      'tfjs-wasm-1t',
      'flambeau-webgpu',
      'tfjs-webgpu',
      'flambeau-webgpu-chromium',
      'tfjs-webgpu-chromium',
      'jaxjs-webgpu-chromium',
    ];
    const times = [0.1, 1, 2, 3, 9, 12];
    const figures = names.map((name, i) => figure(name, times[i] as number));
    const text = tables([{ work, figures }], some(...names), false);
    expect(text).toContain('| matmul64 | **0.50×** tfjs-webgpu | **0.33×** tfjs-webgpu-chromium |');
  });

  test('show time, spread and rate, and a dash for what is missing', () => {
    const text = tables(
      [{ work, figures: [figure('flambeau-cpu', 0.2), figure('torch-1t', null, 'not installed')] }],
      some('flambeau-cpu', 'torch-1t'),
      true,
    );
    expect(text).toMatch(/\| 200 µs ±25 %, 2\.62 GF\/s \| – +\|/);
    expect(text).toMatch(/\| 2\.00 ms +\| – +\|/);
    expect(text).toContain('- torch-1t (1.0); every work: not installed');
  });

  test('say so when work was too slow to be repeated', () => {
    const slow = { ...figure('torch-1t', 17_000), samples: 1 };
    const text = tables(
      [{ work, figures: [figure('flambeau-cpu', 0.2), slow] }],
      some('flambeau-cpu', 'torch-1t'),
      false,
    );
    expect(text).toContain('every work: so slow that it was measured once');
  });

  test('are lines of JSON where asked for, one for each engine that has a median', () => {
    const figures = [figure('flambeau-cpu', 0.123456789), figure('torch-1t', null, 'not installed')];
    expect(jsonLines({ work, figures })).toEqual([
      '{"engine":"flambeau-cpu","work":"matmul64","ms":0.123457}',
    ]);
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
