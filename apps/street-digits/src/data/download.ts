import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DataFileError } from './errors.ts';
import type { SvhnPart } from './svhn-node.ts';

/** A file on a server, and how to know that it arrived whole. */
export interface RemoteFile {
  readonly name: string;
  readonly bytes: number;
  readonly md5: string;
}

/** Where Stanford publishes SVHN. */
export const svhnSource = 'http://ufldl.stanford.edu/housenumbers/';

/** The official cropped-digits files, with sizes and MD5 sums as torchvision's `SVHN` lists them. */
export const svhnFiles: Readonly<Record<SvhnPart, RemoteFile>> = {
  train: { name: 'train_32x32.mat', bytes: 182040794, md5: 'e26dedcc434d2e4c54c9b2d4a06d8373' },
  test: { name: 'test_32x32.mat', bytes: 64275384, md5: 'eb5a983be6a315427106f1b164d9cef3' },
  extra: { name: 'extra_32x32.mat', bytes: 1329278602, md5: 'a93ce644f1a588dc4d68dda5feec44a7' },
};

/** How far a download is. */
export interface DownloadProgress {
  readonly file: string;
  /** Bytes on disk, those of earlier runs included. */
  readonly received: number;
  readonly total: number;
  /** Bytes that were on disk before this run. */
  readonly resumed: number;
}

/** How to download. */
export interface DownloadOptions {
  readonly folder: string;
  /** Base address; default `svhnSource`. */
  readonly source?: string;
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** Stops the download; what has arrived stays for the next run. */
  readonly signal?: AbortSignal;
  /** Tries that bring nothing new before giving up. Default 3. */
  readonly tries?: number;
  /** Milliseconds before another try. Default 1000. */
  readonly pause?: number;
  /** Milliseconds without a byte after which a connection counts as dead. Default 30 000. */
  readonly patience?: number;
}

const op = 'download';

/**
 * Downloads official files of SVHN into a folder.
 *
 * @returns for each part whether it was downloaded or there already.
 * @throws DataFileError as `downloadFile`.
 * @example
 * await downloadSvhn(['train', 'test'], { folder: 'data', onProgress: (at) => console.log(at.received, at.total) });
 */
export async function downloadSvhn(
  parts: readonly SvhnPart[],
  options: DownloadOptions,
): Promise<Partial<Record<SvhnPart, 'downloaded' | 'present'>>> {
  const done: Partial<Record<SvhnPart, 'downloaded' | 'present'>> = {};
  for (const part of parts) done[part] = await downloadFile(svhnFiles[part], options);
  return done;
}

/**
 * Downloads one file. Bytes go to `NAME.part` beside it; a later run, or a later try of the same run after a cut
 * connection, asks only for the rest. The file takes its name once its checksum is right.
 *
 * @returns 'present' when the file is there already with the right checksum.
 * @throws DataFileError with code `network` when the server cannot be reached or refuses, `checksum` when the bytes (or a
 *   file of that name that is there already) are others than published, `disk-full` when they do not fit, which leaves
 *   what has arrived for the next run.
 */
export async function downloadFile(
  file: RemoteFile,
  options: DownloadOptions,
): Promise<'downloaded' | 'present'> {
  const path = join(options.folder, file.name);
  const part = `${path}.part`;
  if ((await sizeOf(path)) !== null) {
    const sum = await md5(path);
    if (sum === file.md5) return 'present';
    throw new DataFileError(
      'checksum',
      op,
      `another file has that name: got ${path} with MD5 ${sum}, expected ${file.md5}. Move it away first.`,
    );
  }
  await mkdir(dirname(path), { recursive: true });
  await fetchAll(file, part, options);
  const sum = await md5(part);
  if (sum !== file.md5) {
    await rm(part, { force: true });
    throw new DataFileError(
      'checksum',
      op,
      `${file.name} arrived damaged and was deleted: got MD5 ${sum}, expected ${file.md5}. Try again.`,
    );
  }
  await rename(part, path);
  return 'downloaded';
}

async function fetchAll(file: RemoteFile, part: string, options: DownloadOptions): Promise<void> {
  const resumed = (await sizeOf(part)) ?? 0;
  let idle = 0;
  for (;;) {
    const before = (await sizeOf(part)) ?? 0;
    if (before === file.bytes) return;
    if (before > file.bytes) await rm(part, { force: true });
    try {
      await fetchRest(file, part, resumed, options);
    } catch (error) {
      if (!(error instanceof DataFileError) || error.code !== 'network') throw error;
      options.signal?.throwIfAborted();
      const after = (await sizeOf(part)) ?? 0;
      idle = after > before ? 0 : idle + 1;
      const final = error instanceof RefusedError || idle >= (options.tries ?? 3);
      if (final) throw error;
      await new Promise((resolve) => setTimeout(resolve, options.pause ?? 1000));
    }
  }
}

// The server answered and will answer the same again: no use in another try.
class RefusedError extends DataFileError {}

async function fetchRest(
  file: RemoteFile,
  part: string,
  resumed: number,
  options: DownloadOptions,
): Promise<void> {
  const url = new URL(file.name, options.source ?? svhnSource);
  const have = (await sizeOf(part)) ?? 0;
  const watch = new Watch(options.patience ?? 30_000, options.signal);
  try {
    const headers: Record<string, string> = { 'accept-encoding': 'identity' };
    if (have > 0) headers['range'] = `bytes=${have}-`;
    const response = await request(url, headers, watch.signal);
    const start = checkAnswer(response, url, have, file.bytes);
    const handle = await openPart(part, start);
    try {
      let received = start;
      for await (const chunk of bodyOf(response, url)) {
        watch.alive();
        received += chunk.length;
        if (received > file.bytes) {
          throw new RefusedError(
            'network',
            op,
            `${url} is longer than published: got more than ${file.bytes} bytes, expected ${file.bytes}. A changed file?`,
          );
        }
        await append(handle, chunk, part);
        options.onProgress?.({
          file: file.name,
          received,
          total: file.bytes,
          resumed: Math.min(resumed, start),
        });
      }
      await handle.sync().catch((cause: unknown) => {
        throw writeFault(cause, part);
      });
      if (received < file.bytes) throw cutOff(url, received, file.bytes);
    } finally {
      await handle.close();
    }
  } finally {
    watch.stop();
  }
}

async function request(url: URL, headers: Record<string, string>, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(url, { headers, signal });
  } catch (cause) {
    throw new DataFileError(
      'network',
      op,
      `no connection: got ${reasonOf(cause)} from ${url.host}, expected an answer. Is there a network? What has arrived is kept for the next run.`,
      { cause },
    );
  }
}

// Returns the position that the answer starts at.
function checkAnswer(response: Response, url: URL, have: number, bytes: number): number {
  if (response.status === 200) return 0;
  if (response.status === 206) {
    const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get('content-range') ?? '');
    if (range && Number(range[1]) === have && (range[2] === '*' || Number(range[2]) === bytes)) return have;
    throw new RefusedError(
      'network',
      op,
      `wrong part of ${url}: got "${response.headers.get('content-range')}", expected bytes ${have}-${bytes - 1}/${bytes}. A changed file?`,
    );
  }
  const fault = `${url} was refused: got HTTP ${response.status} ${response.statusText}, expected 200 or 206.`;
  if (response.status >= 500 || response.status === 429)
    throw new DataFileError('network', op, `${fault} Try again later.`);
  throw new RefusedError('network', op, `${fault} Has the file moved?`);
}

async function* bodyOf(response: Response, url: URL): AsyncGenerator<Uint8Array> {
  if (!response.body)
    throw new DataFileError('network', op, `${url} is empty: got no bytes, expected a file.`);
  const reader = response.body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } catch (cause) {
    throw new DataFileError(
      'network',
      op,
      `connection was cut: got ${reasonOf(cause)} from ${url.host}, expected more bytes. Run it again to go on from here.`,
      { cause },
    );
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function cutOff(url: URL, received: number, bytes: number): DataFileError {
  return new DataFileError(
    'network',
    op,
    `connection was cut: got ${received} of ${bytes} bytes of ${url}, expected all. Run it again to go on from here.`,
  );
}

async function openPart(part: string, start: number): Promise<FileHandle> {
  try {
    return await open(part, start > 0 ? 'a' : 'w');
  } catch (cause) {
    throw writeFault(cause, part);
  }
}

async function append(handle: FileHandle, chunk: Uint8Array, part: string): Promise<void> {
  try {
    await handle.appendFile(chunk);
  } catch (cause) {
    throw writeFault(cause, part);
  }
}

function writeFault(cause: unknown, part: string): Error {
  const code = (cause as NodeJS.ErrnoException).code;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new DataFileError(
      'disk-full',
      op,
      `disk is full: got ${code} while writing ${part}, expected room for it. What has arrived is kept: make room and run it again.`,
      { cause },
    );
  }
  return cause instanceof Error ? cause : new Error(String(cause));
}

// Ends a connection on which nothing moves, or when the caller asks.
class Watch {
  readonly signal: AbortSignal;
  private readonly controller = new AbortController();
  private readonly patience: number;
  private timer: NodeJS.Timeout;

  constructor(patience: number, outer?: AbortSignal) {
    this.patience = patience;
    this.signal = outer ? AbortSignal.any([outer, this.controller.signal]) : this.controller.signal;
    this.timer = this.start();
  }

  alive(): void {
    clearTimeout(this.timer);
    this.timer = this.start();
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private start(): NodeJS.Timeout {
    return setTimeout(
      () => this.controller.abort(new Error(`no byte for ${this.patience} ms`)),
      this.patience,
    );
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause;
  if (cause instanceof Error) return (cause as NodeJS.ErrnoException).code ?? cause.message;
  return error.message;
}

async function sizeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

async function md5(path: string): Promise<string> {
  const hash = createHash('md5');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}
