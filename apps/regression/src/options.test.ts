import { expect, test } from 'vitest';
import { readOptions, UsageError } from './options.ts';

test('without arguments the defaults hold', () => {
  expect(readOptions([])).toEqual({
    device: 'wasm',
    out: 'runs/regression',
    seed: 0,
    steps: 300,
  });
});

test('options are read, in both spellings', () => {
  expect(readOptions(['--out', 'here', '--seed=5', '--steps', '10', '--device', 'cpu'])).toEqual({
    device: 'cpu',
    out: 'here',
    seed: 5,
    steps: 10,
  });
});

test('help is not an error', () => {
  expect(readOptions(['--help'])).toBeNull();
});

test.each([
  [['--foo'], /^Unknown option '--foo'\. See --help\.$/],
  [['here'], /^Unexpected argument 'here'/],
  [['--steps', 'many'], /^--steps: bad number: got "many", expected an integer from 1 to 1000000\.$/],
  [['--steps', '0'], /^--steps: bad number: got "0"/],
  [['--steps', '1e3'], /^--steps: bad number: got "1e3"/],
  [['--seed=-1'], /^--seed: bad number: got "-1"/],
  [['--seed', '4294967296'], /^--seed: bad number/],
  [['--device', 'tpu'], /^--device: unknown device: got tpu, expected wasm, webgpu or cpu\.$/],
])('%j is refused with the reason', (args, message) => {
  expect(() => readOptions(args)).toThrow(UsageError);
  expect(() => readOptions(args)).toThrow(message);
});
