import { describe, expect, test } from 'vitest';
import { startupOn } from './contenders/startup.ts';
import { startLines, startTables, summary } from './startup.ts';

const gpu = (pipelines: number) => ({ pipelines, dispatches: 60, submits: 1 });
const missing = null;
const version = '1.0 on a driver';
const whole = (...ms: number[]) => ({ version, missing, ms, gpu: [gpu(9), gpu(0), gpu(0), gpu(1)] });

describe('the starts of an engine', () => {
  test('are told by the median of each phase', () => {
    const start = summary('tfjs-webgpu', [whole(30, 3, 6, 9), whole(10, 1, 2, 3), whole(20, 2, 4, 6)]);
    expect(start.phases).toEqual([
      { phase: 'cold', ms: 20, gpu: gpu(9) },
      { phase: 'next', ms: 2, gpu: gpu(0) },
      { phase: 'model', ms: 4, gpu: gpu(0) },
      { phase: 'batch', ms: 6, gpu: gpu(1) },
    ]);
  });

  test('end with the phase that one of them did not come to, and say why', () => {
    const failed = { version, missing: 'no answer within 180 s', ms: [50], gpu: [gpu(9)] };
    const start = summary('tfjs-webgpu', [whole(30, 3, 6, 9), failed]);
    expect(start.phases).toEqual([{ phase: 'cold', ms: 40, gpu: gpu(9) }]);
    const text = startTables([start], 64);
    expect(text).toMatch(/\| tfjs-webgpu \| 40\.0 ms +\| – +\| – +\| – +\|/);
    expect(text).toMatch(/\| tfjs-webgpu \| 9, 60, 1 +\| – +\|/);
    expect(text).toContain('- tfjs-webgpu (1.0 on a driver); no answer within 180 s');
  });

  test('are lines of JSON where asked for', () => {
    expect(startLines([summary('jaxjs-webgpu', [whole(1.23456789, 2, 3, 4)])]).slice(0, 2)).toEqual([
      '{"engine":"jaxjs-webgpu","work":"startup_cold","ms":1.23457,"pipelines":9,"dispatches":60,"submits":1}',
      '{"engine":"jaxjs-webgpu","work":"startup_next","ms":2,"pipelines":0,"dispatches":60,"submits":1}',
    ]);
  });

  test('are asked for under an id that tells the number of pictures', () => {
    expect(startupOn(64)).toBe('startup64');
  });
});
