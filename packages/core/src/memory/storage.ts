import { ReleasedError } from '../errors.ts';
import type { Tensor } from '../tensor.ts';
import type { Buffer } from './buffer.ts';
import { letGo } from './buffer.ts';

/** The values that a tensor and all its views share. Writing in place may swap the buffer: all views follow. */
export interface Storage {
  buffer: Buffer;
  /** Counts in-place writes; a saved tensor remembers the count it was saved at. */
  version: number;
  /** How many handles and saved references hold this storage; at 0 the buffer is let go. */
  handles: number;
  /** Set when the last one went: using it again is an error. */
  released: boolean;
}

/** A storage over a buffer, taking over one of its holders. It starts without handles. */
export function createStorage(buffer: Buffer): Storage {
  return { buffer, version: 0, handles: 0, released: false };
}

/** Puts another buffer in place of the present one; takes over one of its holders. */
export function swapBuffer(storage: Storage, buffer: Buffer): void {
  const before = storage.buffer;
  storage.buffer = buffer;
  letGo(before);
}

/** @throws {@link ReleasedError} for a tensor that was released. */
export function checkLive(op: string, x: Tensor): void {
  if (!x.released && !x.storage.released) return;
  throw new ReleasedError(
    op,
    `a tensor of shape [${x.shape.join(', ')}] was used after it was released: got a released tensor, expected a live one. Keep it out of tidy() or dispose() it later.`,
    { shape: x.shape },
  );
}

/** Removes a handle; the last one lets the buffer go. */
export function dropHandle(storage: Storage): void {
  if (--storage.handles > 0 || storage.released) return;
  storage.released = true;
  letGo(storage.buffer);
}

/** Holds a storage beyond the handles that exist: saved tensors do. Undone by {@link dropHandle}. */
export function retainStorage(storage: Storage): void {
  storage.handles++;
}
