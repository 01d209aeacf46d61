import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { all } from './contenders/flambeau/all.ts';
import { deviceOptions } from './contenders/flambeau/device.ts';
import type { Options } from './options.ts';
import { parseOptions } from './options.ts';
import { works } from './works.ts';

function parsed(...args: string[]): Options {
  const options = parseOptions(args);
  if (options === 'help') throw new Error('that was no question');
  return options;
}

const ids = (list: readonly { readonly id: string }[]): string[] => list.map(({ id }) => id);

describe('the command line', () => {
  test('without arguments asks for all work of all engines, as tables', () => {
    const { works: chosen, engines, json, figures, quick, cold, profile } = parsed();
    expect(ids(engines)).toEqual([
      'flambeau-cpu',
      'flambeau-wasm-1t',
      'flambeau-wasm-2t',
      'flambeau-wasm-1t-rv',
      'flambeau-wasm-2t-rv',
      'tfjs-cpu',
      'tfjs-wasm-1t',
      'jaxjs-wasm',
      'ort-wasm-1t',
      'torch-1t',
      'torch-2t',
    ]);
    expect(chosen).toEqual(works.filter(({ gpuOnly }) => !gpuOnly));
    expect({ json, figures, quick, cold, profile }).toEqual({
      json: false,
      figures: null,
      quick: false,
      cold: false,
      profile: false,
    });
  });

  test('picks works and engines by the beginning of their name', () => {
    expect(ids(parsed('--only', 'cnn', '--only', 'softmax').works)).toEqual([
      'softmax',
      'cnn_step64',
      'cnn_infer64',
      'cnn_infer1',
    ]);
    expect(ids(parsed('--engine', 'flambeau-wasm-1t', '--engine', 'torch').engines)).toEqual([
      'flambeau-wasm-1t',
      'flambeau-wasm-1t-rv',
      'torch-1t',
      'torch-2t',
    ]);
    expect(parsed('--no-peers').engines.every(({ family }) => family === 'flambeau')).toBe(true);
  });

  test('takes engines on webgpu in where they are named, and with them the works for GPUs only', () => {
    const { engines, works: chosen } = parsed('--engine', 'webgpu');
    expect(ids(engines)).toEqual([
      'flambeau-webgpu',
      'tfjs-webgpu',
      'jaxjs-webgpu',
      'flambeau-webgpu-chromium',
      'tfjs-webgpu-chromium',
      'jaxjs-webgpu-chromium',
    ]);
    expect(chosen).toEqual(works);
    expect(ids(parsed('--engine', 'chromium', '--no-peers').engines)).toEqual(['flambeau-webgpu-chromium']);
    expect(ids(parsed('--engine', 'dawn').engines)).toEqual([
      'flambeau-webgpu',
      'tfjs-webgpu',
      'jaxjs-webgpu',
    ]);
    expect(ids(parsed('--engine', 'jaxjs').engines)).toHaveLength(3);
  });

  test('times the start of those on webgpu alone, on as many pictures as it is told', () => {
    const { engines, startup, pictures } = parsed('--startup');
    expect({ startup, pictures }).toEqual({ startup: true, pictures: 64 });
    expect(ids(engines)).toEqual(ids(parsed('--engine', 'webgpu').engines));
    expect(parsed('--startup', '--pictures', '4').pictures).toBe(4);
    expect(() => parseOptions(['--startup', '--pictures', '1'])).toThrow(
      /--pictures: got 1, expected a whole/,
    );
    expect(() => parseOptions(['--startup', '--engine', 'torch'])).toThrow(/--engine: got torch/);
  });

  test('has as much patience as it is told, in seconds', () => {
    expect(parsed().patience).toBe(null);
    expect(parsed('--patience', '60').patience).toBe(60_000);
    expect(() => parseOptions(['--patience', 'much'])).toThrow(
      /--patience: got much, expected a whole number/,
    );
  });

  test('profiles Flambeau on wasm unless told another of its engines', () => {
    expect(ids(parsed('--profile').engines)).toEqual(['flambeau-wasm-1t']);
    expect(ids(parsed('--profile', '--engine', 'flambeau-cpu').engines)).toEqual(['flambeau-cpu']);
  });

  test('refuses what does not exist', () => {
    expect(() => parseOptions(['--only', 'nonsense'])).toThrow(
      /--only: got nonsense, expected the beginning/,
    );
    expect(() => parseOptions(['--engine', 'nonsense'])).toThrow(/--engine: got nonsense/);
  });
});

test('Flambeau does every work', () => {
  expect(Object.keys(all)).toEqual(ids(works));
});

test("an engine's id tells its device's options", () => {
  expect(deviceOptions('flambeau-cpu')).toBe(null);
  expect(deviceOptions('flambeau-wasm-2t')).toEqual({ threads: 2 });
  expect(deviceOptions('flambeau-wasm-1t-rv')).toEqual({ threads: 1, revectorize: true });
  expect(() => deviceOptions('flambeau-wasm')).toThrow(/no such engine: got flambeau-wasm/);
});

test('with --json, standard output holds one line for each engine and nothing else', () => {
  const args = ['--json', '--quick', '--only', 'add10_unrecorded', '--engine', 'flambeau-cpu'];
  const main = fileURLToPath(new URL('main.ts', import.meta.url));
  const done = spawnSync(process.execPath, ['--conditions=@flambeau/source', main, ...args], {
    encoding: 'utf8',
  });
  const { ms, ...rest } = JSON.parse(done.stdout) as { ms: number };
  expect(rest).toEqual({ engine: 'flambeau-cpu', work: 'add10_unrecorded' });
  expect(ms).toBeGreaterThan(0);
  expect(done.stderr).toContain('- flambeau-cpu (');
});
