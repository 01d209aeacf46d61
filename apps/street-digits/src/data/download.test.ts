import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type DownloadOptions,
  type DownloadProgress,
  downloadFile,
  downloadSvhn,
  svhnFiles,
} from './download.ts';
import { DataFileError } from './errors.ts';

const content = Buffer.from(Uint8Array.from({ length: 300_000 }, (_, i) => (i * i + (i >> 8)) & 255));
const md5 = createHash('md5').update(content).digest('hex');
const file = { name: 'digits.mat', bytes: content.length, md5 };

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

let folder: string;
let server: Server;
let handler: Handler;
let ranges: (string | undefined)[];
let options: DownloadOptions;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'download-'));
  ranges = [];
  handler = serve;
  server = createServer((request, response) => {
    ranges.push(request.headers.range);
    handler(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const source = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  options = { folder, source, pause: 1, tries: 2 };
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

const path = (): string => join(folder, file.name);
const part = (): string => `${path()}.part`;

// As a web server that knows ranges.
function serve(request: IncomingMessage, response: ServerResponse): void {
  if (request.url !== '/digits.mat') {
    response.writeHead(404).end('no such file');
    return;
  }
  const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  if (start > 0) {
    response.writeHead(206, { 'content-range': `bytes ${start}-${content.length - 1}/${content.length}` });
  }
  response.end(content.subarray(start));
}

function cutAfter(bytes: number): Handler {
  return (_, response) => {
    response.writeHead(200, { 'content-length': content.length });
    response.write(content.subarray(0, bytes), () => setTimeout(() => response.destroy(), 20));
  };
}

async function fault(work: Promise<unknown>): Promise<DataFileError> {
  const error = await work.then(
    () => new Error('the download succeeded'),
    (reason: unknown) => reason,
  );
  if (error instanceof DataFileError) return error;
  throw error;
}

describe('downloadFile', () => {
  test('a file arrives whole, with progress that ends at its size, and is not fetched twice', async () => {
    const progress: DownloadProgress[] = [];
    const done = await downloadFile(file, { ...options, onProgress: (at) => progress.push(at) });
    expect(done).toBe('downloaded');
    expect(readFileSync(path()).equals(content)).toBe(true);
    expect(existsSync(part())).toBe(false);
    expect(progress.at(-1)).toEqual({ file: 'digits.mat', received: 300_000, total: 300_000, resumed: 0 });
    expect(progress.every((at, i) => i === 0 || at.received > progress[i - 1]!.received)).toBe(true);
    expect(await downloadFile(file, options)).toBe('present');
    expect(ranges).toEqual([undefined]);
  });

  test('a connection cut in the middle goes on where it broke', async () => {
    handler = (request, response) => {
      if (request.headers.range === undefined) cutAfter(100_000)(request, response);
      else serve(request, response);
    };
    expect(await downloadFile(file, options)).toBe('downloaded');
    expect(readFileSync(path()).equals(content)).toBe(true);
    expect(ranges).toEqual([undefined, 'bytes=100000-']);
  });

  test('a server that keeps cutting is given up, and a later run asks for the rest only', async () => {
    handler = (request, response) => {
      if (request.headers.range === undefined) cutAfter(100_000)(request, response);
      else response.destroy();
    };
    const error = await fault(downloadFile(file, options));
    expect(error.code).toBe('network');
    expect(existsSync(path())).toBe(false);
    expect(readFileSync(part()).equals(content.subarray(0, 100_000))).toBe(true);

    handler = serve;
    ranges = [];
    const progress: DownloadProgress[] = [];
    await downloadFile(file, { ...options, onProgress: (at) => progress.push(at) });
    expect(ranges).toEqual(['bytes=100000-']);
    expect(progress[0]!.resumed).toBe(100_000);
    expect(progress[0]!.received).toBeGreaterThan(100_000);
    expect(readFileSync(path()).equals(content)).toBe(true);
  });

  test('a server that ignores the range starts over', async () => {
    writeFileSync(part(), content.subarray(0, 5000));
    handler = (_, response) => response.end(content);
    await downloadFile(file, options);
    expect(ranges).toEqual(['bytes=5000-']);
    expect(readFileSync(path()).equals(content)).toBe(true);
  });

  test('a part that is complete already is only verified', async () => {
    writeFileSync(part(), content);
    expect(await downloadFile(file, options)).toBe('downloaded');
    expect(ranges).toEqual([]);
  });

  test('a wrong checksum deletes what arrived and names both sums', async () => {
    writeFileSync(part(), new Uint8Array(5000)); // resumed onto other bytes
    const error = await fault(downloadFile(file, options));
    expect(error.code).toBe('checksum');
    expect(error.message).toMatch(
      /^download\(\): digits\.mat arrived damaged and was deleted: got MD5 [0-9a-f]{32}, expected/,
    );
    expect(error.message).toContain(md5);
    expect(existsSync(part())).toBe(false);
    expect(existsSync(path())).toBe(false);
    expect(await downloadFile(file, options)).toBe('downloaded');
  });

  test('another file of that name is never overwritten', async () => {
    writeFileSync(path(), 'mine');
    const error = await fault(downloadFile(file, options));
    expect(error.code).toBe('checksum');
    expect(error.message).toContain('Move it away first');
    expect(readFileSync(path(), 'utf8')).toBe('mine');
    expect(ranges).toEqual([]);
  });

  test('404 is final', async () => {
    const error = await fault(downloadFile({ ...file, name: 'other.mat' }, options));
    expect(error.message).toContain('got HTTP 404 Not Found, expected 200 or 206. Has the file moved?');
    expect(ranges.length).toBe(1);
  });

  test('503 is tried again', async () => {
    handler = (request, response) => {
      if (ranges.length === 1) response.writeHead(503).end();
      else serve(request, response);
    };
    expect(await downloadFile(file, options)).toBe('downloaded');
    expect(ranges.length).toBe(2);
  });

  test('no network is said plainly', async () => {
    const port = (server.address() as AddressInfo).port;
    await new Promise((resolve) => server.close(resolve));
    const error = await fault(downloadFile(file, options));
    expect(error.code).toBe('network');
    expect(error.message).toContain(`no connection: got ECONNREFUSED from 127.0.0.1:${port}`);
  });

  test('a server that falls silent is left after the patience given', async () => {
    handler = (_, response) => {
      response.writeHead(200, { 'content-length': content.length });
      response.write(content.subarray(0, 1000));
    };
    const error = await fault(downloadFile(file, { ...options, patience: 100, tries: 1 }));
    expect(error.message).toContain('connection was cut: got no byte for 100 ms');
  });

  test('a longer file than published is not written to the end', async () => {
    handler = (_, response) => response.end(Buffer.concat([content, Buffer.alloc(2_000_000)]));
    const error = await fault(downloadFile(file, options));
    expect(error.message).toContain('longer than published: got more than 300000 bytes');
    expect(readFileSync(part()).length).toBeLessThanOrEqual(300_000);
  });

  test('an answer with another range than asked for is refused', async () => {
    writeFileSync(part(), content.subarray(0, 5000));
    handler = (_, response) => {
      response.writeHead(206, { 'content-range': `bytes 0-${content.length - 1}/${content.length}` });
      response.end(content);
    };
    expect((await fault(downloadFile(file, options))).message).toContain('expected bytes 5000-299999/300000');
    expect(readFileSync(part()).length).toBe(5000);
  });

  test('the caller can stop it, and what arrived stays', async () => {
    const stop = new AbortController();
    handler = (_, response) => {
      response.writeHead(200, { 'content-length': content.length });
      response.write(content.subarray(0, 1000));
    };
    const work = downloadFile(file, {
      ...options,
      signal: stop.signal,
      onProgress: () => stop.abort(new Error('stopped')),
    });
    await expect(work).rejects.toThrow('stopped');
    expect(readFileSync(part()).equals(content.subarray(0, 1000))).toBe(true);
  });

  const hasFullDevice = existsSync('/dev/full');
  if (!hasFullDevice) console.warn('The full-disk test is skipped: no /dev/full on this system.');
  test.skipIf(!hasFullDevice)('a full disk is said plainly and the part stays', async () => {
    symlinkSync('/dev/full', part());
    const error = await fault(downloadFile(file, options));
    expect(error.code).toBe('disk-full');
    expect(error.message).toContain('disk is full: got ENOSPC');
    expect(error.message).toContain('make room and run it again');
    expect(existsSync(part())).toBe(true);
    expect(ranges.length).toBe(1);
  });
});

describe('downloadSvhn', () => {
  test('asks for the official names and stops at the first fault', async () => {
    const asked: (string | undefined)[] = [];
    handler = (request, response) => {
      asked.push(request.url);
      response.writeHead(404).end();
    };
    await expect(downloadSvhn(['test', 'train'], options)).rejects.toThrow(
      '/test_32x32.mat was refused: got HTTP 404',
    );
    expect(asked).toEqual(['/test_32x32.mat']);
  });

  test('sums are MD5 and the names those of the cropped digits', () => {
    for (const [name, remote] of Object.entries(svhnFiles)) {
      expect(remote.name).toBe(`${name}_32x32.mat`);
      expect(remote.md5).toMatch(/^[0-9a-f]{32}$/);
    }
  });
});
