// A page in a real browser: served from here, its result posted back here.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

/** Debian's browser; null where there is none. */
export const chromium: string | null =
  ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
    existsSync(path),
  ) ?? null;

/** How a page is served. */
export interface PageOptions {
  /** Sends the headers that give a page shared memory. */
  readonly isolated: boolean;
  /** Content-Security-Policy. */
  readonly policy?: string;
  /** More files, by path: scripts. */
  readonly files?: Readonly<Record<string, string>>;
  /** Runs the program in a worker of the page. */
  readonly inWorker?: boolean;
  /** Milliseconds until the page must have posted its result. Default 40,000. */
  readonly patience?: number;
}

const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

const PAGE = '<!doctype html><title>test</title><script src="/main.js"></script>';
const IN_WORKER = `
const worker = new Worker('/program.js');
const report = (error) => fetch('/result', { method: 'POST', body: JSON.stringify({ error }) });
worker.onerror = ({ message }) => report(message);
`;

/** The program, bundled: an async function body whose result is posted. */
async function bundle(imports: string, body: string): Promise<string> {
  const contents = `${imports}
    const run = async () => {${body}};
    const post = (result) => fetch('/result', { method: 'POST', body: JSON.stringify(result) });
    run().then((value) => post({ value }), (error) => post({ error: String(error?.stack ?? error) }));`;
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname, loader: 'ts' },
    bundle: true,
    write: false,
    platform: 'browser',
    format: 'iife',
    target: 'es2022',
    conditions: ['@flambeau/source'],
  });
  return outputFiles[0]?.text ?? '';
}

/** Runs a program in a page of the browser and resolves to what it returns. */
export async function runInPage(imports: string, body: string, options: PageOptions): Promise<unknown> {
  const program = await bundle(imports, body);
  const files: Record<string, string> = {
    ...options.files,
    '/main.js': options.inWorker ? IN_WORKER : program,
    '/program.js': program,
  };
  let finish: (text: string) => void = () => {};
  const posted = new Promise<string>((resolve) => {
    finish = resolve;
  });
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const path = request.url ?? '/';
    if (path === '/result') {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        response.end();
        finish(Buffer.concat(parts).toString());
      });
      return;
    }
    const text = path === '/' ? PAGE : files[path];
    response.writeHead(text === undefined ? 404 : 200, {
      'Content-Type': `${path === '/' ? 'text/html' : 'text/javascript'}; charset=utf-8`,
      ...(options.isolated && ISOLATION),
      ...(options.policy && { 'Content-Security-Policy': options.policy }),
    });
    response.end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const profile = mkdtempSync(join(tmpdir(), 'flambeau-chromium-'));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const flags = ['--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-sync'];
  const browser = spawn(chromium as string, [...flags, `--user-data-dir=${profile}`, url], {
    stdio: 'ignore',
    detached: true, // a group of its own, so that all of it can be ended
  });
  const closed = new Promise<void>((resolve) => browser.once('exit', () => resolve()));
  let timer: NodeJS.Timeout | undefined;
  try {
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('the page posted nothing')), options.patience ?? 40_000);
    });
    const { value, error } = JSON.parse(await Promise.race([posted, late])) as {
      value?: unknown;
      error?: string;
    };
    if (error !== undefined) throw new Error(error);
    return value;
  } finally {
    clearTimeout(timer);
    if (browser.pid !== undefined) process.kill(-browser.pid, 'SIGKILL');
    await closed;
    server.closeAllConnections();
    server.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
