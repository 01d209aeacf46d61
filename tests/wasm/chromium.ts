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
export interface ServeOptions {
  /** Sends the headers that give a page shared memory. */
  readonly isolated: boolean;
  /** Content-Security-Policy. */
  readonly policy?: string;
  /** Scripts by path: `/main.js` is what the page runs. */
  readonly files?: Readonly<Record<string, string>>;
  /** Milliseconds until the page must have posted its result. Default 40,000. */
  readonly patience?: number;
}

/** How a program is run in a page. */
export interface PageOptions extends ServeOptions {
  /** Runs the program in a worker of the page. */
  readonly inWorker?: boolean;
}

/** What came of a page. */
export interface Page {
  readonly value: unknown;
  /** Lines of the browser's console: its own complaints and the page's. */
  readonly console: readonly string[];
}

const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** A line of the console in the browser's log. */
const CONSOLE = /:CONSOLE[:(]\d+\)?\] "(.*?)", source: /gs;

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
  const main = options.inWorker ? IN_WORKER : program;
  const files = { ...options.files, '/main.js': main, '/program.js': program };
  return (await openPage({ ...options, files })).value;
}

/** Opens a page in the browser; it has to post `{ value }` or `{ error }` to `/result`. */
export async function openPage(options: ServeOptions): Promise<Page> {
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
    const text = path === '/' ? PAGE : options.files?.[path];
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
  const flags = [
    '--headless=new',
    '--no-sandbox',
    '--enable-unsafe-webgpu',
    '--no-first-run',
    '--disable-sync',
  ];
  const own = ['--enable-logging=stderr', `--user-data-dir=${profile}`];
  const browser = spawn(chromium as string, [...flags, ...own, url], {
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true, // a group of its own, so that all of it can be ended
  });
  const closed = new Promise<void>((resolve) => browser.once('exit', () => resolve()));
  let log = '';
  browser.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
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
    return { value, console: [...log.matchAll(CONSOLE)].map(([, line]) => line as string) };
  } finally {
    clearTimeout(timer);
    if (browser.pid !== undefined) process.kill(-browser.pid, 'SIGKILL');
    await closed;
    server.closeAllConnections();
    server.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
