import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What a program came to. */
export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How to run the command line. */
export interface RunOptions {
  readonly cwd?: string;
  /** A fault for testing/faulty-disk.ts. */
  readonly faultyDisk?: string;
  /** Called with all that was written so far, whenever there is more. */
  readonly onOutput?: (text: string, child: ChildProcess) => void;
}

const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Runs the command line from its sources, as a process of its own. */
export function runCli(
  args: readonly string[],
  { cwd, faultyDisk, onOutput }: RunOptions = {},
): Promise<Finished> {
  const preload = faultyDisk === undefined ? [] : ['--import', source('./faulty-disk.ts')];
  const child = spawn(
    process.execPath,
    ['--conditions=@flambeau/source', ...preload, source('../cli.ts'), ...args],
    {
      cwd,
      env: { ...process.env, FAULTY_DISK: faultyDisk, NODE_OPTIONS: '' },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      text[name] += chunk;
      onOutput?.(text.stdout + text.stderr, child);
    });
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, ...text }));
  });
}
