import { parseArgs } from 'node:util';
import type { DeviceName } from 'flambeau';

/** What the command line may choose. */
export interface Options {
  readonly out: string;
  readonly seed: number;
  readonly steps: number;
  readonly device: DeviceName;
}

/** A command line that cannot be followed; the message is for people. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const help = `Fits a line to 200 points of y = 0.5x + noise, the first program of every PyTorch tutorial.

Usage: regression [options]

Options:
  --out DIR        folder for regression.svg and regression.png (default: runs/regression)
  --seed N         seed of noise and starting weights (default: 0)
  --steps N        steps of gradient descent (default: 300)
  --device DEVICE  where to compute: wasm, webgpu, cpu (default: wasm)
  --help           show this text`;

/**
 * Reads the command line.
 *
 * @returns null when help is asked for.
 * @throws UsageError for unknown options and values out of range.
 */
export function readOptions(args: readonly string[]): Options | null {
  const { values } = parse(args);
  if (values.help) return null;
  const { device } = values;
  if (device !== 'wasm' && device !== 'webgpu' && device !== 'cpu') {
    throw new UsageError(`--device: unknown device: got ${device}, expected wasm, webgpu or cpu.`);
  }
  return {
    device,
    out: values.out,
    seed: integer('--seed', values.seed, 0, 2 ** 32 - 1),
    steps: integer('--steps', values.steps, 1, 1_000_000),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        out: { type: 'string', default: 'runs/regression' },
        seed: { type: 'string', default: '0' },
        steps: { type: 'string', default: '300' },
        device: { type: 'string', default: 'wasm' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`${message.split('. ')[0]}. See --help.`, { cause });
  }
}

function integer(option: string, text: string, low: number, high: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= low && value <= high) return value;
  throw new UsageError(
    `${option}: bad number: got ${JSON.stringify(text)}, expected an integer from ${low} to ${high}.`,
  );
}
