import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { threadId } from 'node:worker_threads';
import { SerializationError } from '../serialization-error.ts';

/** The file system as this module uses it; tests put a failing one in its place. */
export type FileSystem = Pick<typeof fs, 'open' | 'readdir' | 'realpath' | 'rename' | 'unlink'>;

/** Temporary files that this thread is writing now. */
const inProgress = new Set<string>();

/**
 * Writes a file so that it is there whole or not at all: a crash, a `kill -9` or a full disk in the middle leaves the old
 * file as it was.
 *
 * The bytes go into a temporary file in the same folder, which reaches the disk before it takes the name; what such files
 * killed programs left there is removed. A symbolic link is followed, its target replaced.
 *
 * @param path - where to write; the folder must exist.
 * @param data - the whole content.
 * @throws {@link SerializationError} when the disk is full or the folder cannot be written; `cause` is Node's error.
 *
 * @example
 * ```ts
 * import { saveCheckpoint } from '@flambeau/serialize';
 * import { writeFileAtomic } from '@flambeau/serialize/node';
 * await writeFileAtomic('last.safetensors', await saveCheckpoint({ epoch: 1 }));
 * ```
 */
export async function writeFileAtomic(path: string | URL, data: Uint8Array): Promise<void> {
  await writeWith(fs, path, data);
}

/** {@link writeFileAtomic} on a given file system. */
export async function writeWith(files: FileSystem, path: string | URL, data: Uint8Array): Promise<void> {
  const named = typeof path === 'string' ? path : fileURLToPath(path);
  // No link, or nothing there yet: the path itself.
  const target = await files.realpath(named).catch(() => named);
  const folder = dirname(target);
  const temporary = `${prefixFor(target)}${process.pid}-${threadId}-${randomBytes(6).toString('hex')}.tmp`;
  inProgress.add(temporary);
  try {
    await removeLeftovers(files, folder, prefixFor(target));
    await writeThrough(files, join(folder, temporary), data);
    await files.rename(join(folder, temporary), target);
    await syncFolder(files, folder);
  } catch (error) {
    await files.unlink(join(folder, temporary)).catch(() => {});
    throw explained(error, target, data.length);
  } finally {
    inProgress.delete(temporary);
  }
}

/** What the names of temporary files for a target begin with: the rest says who writes it. */
const prefixFor = (target: string): string => `.${basename(target)}.`;

async function writeThrough(files: FileSystem, path: string, data: Uint8Array): Promise<void> {
  const file = await files.open(path, 'wx');
  try {
    await file.writeFile(data);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes the new name last; some systems cannot sync a folder. */
async function syncFolder(files: FileSystem, folder: string): Promise<void> {
  try {
    const handle = await files.open(folder, 'r');
    await handle.sync().finally(() => handle.close());
  } catch {
    // The name is there; only whether it survives a power cut is the system's affair.
  }
}

/** Removes temporary files whose writers are gone. */
async function removeLeftovers(files: FileSystem, folder: string, prefix: string): Promise<void> {
  for (const name of await files.readdir(folder)) {
    const writer =
      name.startsWith(prefix) && /^(\d+)-(\d+)-[0-9a-f]{12}\.tmp$/.exec(name.slice(prefix.length));
    if (writer && isGone(Number(writer[1]), Number(writer[2]), name)) {
      await files.unlink(join(folder, name)).catch(() => {});
    }
  }
}

function isGone(pid: number, thread: number, name: string): boolean {
  if (pid === process.pid) return thread === threadId && !inProgress.has(name);
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

const FULL: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file is larger than the system allows',
};

function explained(error: unknown, target: string, size: number): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (typeof code !== 'string') return error;
  const full = FULL[code];
  const fault = full
    ? `${full}: got ${code}, expected room for ${size} bytes beside ${target}. Free some space; what was there before is intact.`
    : `cannot write: got ${code}, expected a folder that can be written to for ${target}. What was there before is intact.`;
  const explanation = new SerializationError('writeFileAtomic', fault, { code, path: target, size });
  explanation.cause = error;
  return explanation;
}
