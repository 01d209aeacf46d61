import { resolve } from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import { type Device, type DeviceName, pick, setDefaultDevice } from 'flambeau';
import { type Preset, presets } from '../models.ts';

/** Reads an integer from `low` to `high`. */
export function integer(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= low && value <= high) return value;
    throw new InvalidArgumentError(`Expected an integer from ${low} to ${high}.`);
  };
}

/** Reads a number above 0 and at most `high`. */
export function positive(high: number): (text: string) => number {
  return (text) => {
    const value = /^[\d.]+(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
    if (value > 0 && value <= high) return value;
    throw new InvalidArgumentError(`Expected a number above 0, at most ${high}.`);
  };
}

/** Where to compute. */
export function deviceOption(): Option {
  return new Option('--device <device>', 'where to compute: wasm (all cores), webgpu, cpu')
    .default('wasm')
    .argParser((text: string) => {
      if (text === 'wasm' || text === 'webgpu' || text === 'cpu') return text;
      throw new InvalidArgumentError('Expected wasm, webgpu or cpu.');
    });
}

const opened = new Map<DeviceName, Promise<Device>>();

/** Makes the device that a command was given the default one; not all commands compute. */
export async function useDevice(name: DeviceName | undefined): Promise<void> {
  if (name === undefined) return;
  const device = opened.get(name) ?? pick([name]);
  opened.set(name, device);
  setDefaultDevice(await device);
}

export function modelOption(description: string): Option {
  return new Option('--model <preset>', description).choices(Object.keys(presets) as Preset[]);
}

export function seedOption(description: string): Option {
  return new Option('--seed <n>', description).argParser(integer(0, 2 ** 32 - 1));
}

export function limitOption(description: string): Option {
  return new Option('--limit <n>', description).argParser(integer(1, 10_000_000));
}

/** @param otherwise - what holds without it, where that is no fixed value. */
export function dataOption(otherwise?: string): Option {
  const words = 'folder with train_32x32.mat and test_32x32.mat of SVHN, or the word "embedded"';
  return otherwise === undefined
    ? new Option('--data <dir>', words).default('embedded', 'the embedded set')
    : new Option('--data <dir>', `${words} (default: ${otherwise})`);
}

/** The folder that `--data` means: absolute, or null for the embedded set. */
export function dataFolder(text: string): string | null {
  return text === 'embedded' ? null : resolve(text);
}

/** The run folder. */
export function outOption(description: string): Option {
  return new Option('--out <dir>', description).default('runs/street-digits');
}

export function checkpointOption(): Option {
  return new Option('--checkpoint <file>', 'model to take, instead of the best one of the run');
}
