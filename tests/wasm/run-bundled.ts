// Programs as one bundled file, run on each Node there is.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { expect } from 'vitest';

/** The folder from which the programs' imports are looked up. */
export const here: string = import.meta.dirname;

/** The Nodes there are: this one, and the machine's own. */
const interpreters = [process.execPath, '/usr/bin/node']
  .filter((path, i, all) => existsSync(path) && all.indexOf(path) === i)
  .map((path) => ({
    path,
    major: Number.parseInt(spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout.slice(1), 10),
  }));

/** How a program is bundled and run. */
export interface RunOptions {
  readonly minify?: boolean;
  /** Added to the environment. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** What a program printed. */
export interface Printed {
  /** Node's major version. */
  readonly major: number;
  /** The line, as JSON. */
  readonly printed: unknown;
}

/** Runs a program that prints a line of JSON; it has to end by itself, and to print nothing else. */
export async function printedBy(program: string, options: RunOptions = {}): Promise<Printed[]> {
  const folder = mkdtempSync(join(tmpdir(), 'flambeau-program-'));
  try {
    const file = join(folder, 'bundle.mjs');
    const bundled = await build({
      stdin: { contents: program, resolveDir: here, loader: 'ts' },
      bundle: true,
      minify: options.minify ?? false,
      keepNames: true,
      format: 'esm',
      platform: 'neutral',
      target: 'es2022',
      write: false,
      conditions: ['@flambeau/source'],
    });
    writeFileSync(file, (bundled.outputFiles[0] as { contents: Uint8Array }).contents);
    return interpreters.map(({ path, major }) => {
      const { status, stdout, stderr } = spawnSync(path, [file], {
        encoding: 'utf8',
        timeout: 30_000,
        cwd: folder,
        env: { ...process.env, ...options.environment },
      });
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      return { major, printed: JSON.parse(stdout) };
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
