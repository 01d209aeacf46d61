import { type FlateError, FlateErrorCode, Inflate } from 'fflate';
import { DataFileError } from './errors.ts';

/** Deflate cannot expand further than this many times (258 bytes for every two bits). */
export const steepestExpansion = 1032;

// Small steps bound what one step can expand to.
const stepBytes = 16 * 1024;
const advice = 'Copy or download the file again.';

/**
 * Inflates a zlib stream step by step and verifies its Adler-32 checksum.
 *
 * @param op - name of the caller, for messages.
 * @param zipped - the whole stream, header and checksum included.
 * @param take - receives the output in pieces; it may throw to stop the work.
 * @returns how many bytes came out.
 * @throws DataFileError when the stream is truncated or damaged.
 */
export function inflateInSteps(op: string, zipped: Uint8Array, take: (piece: Uint8Array) => void): number {
  checkZlibHeader(op, zipped);
  const body = zipped.subarray(2, zipped.length - 4);
  let length = 0;
  let sum = adlerStart;
  const inflate = new Inflate((piece) => {
    length += piece.length;
    sum = adler32(piece, sum);
    take(piece);
  });
  try {
    for (let at = 0; at < body.length; at += stepBytes) {
      inflate.push(body.subarray(at, at + stepBytes), at + stepBytes >= body.length);
    }
  } catch (cause) {
    if (cause instanceof DataFileError) throw cause;
    if ((cause as FlateError).code === FlateErrorCode.UnexpectedEOF) {
      throw new DataFileError(
        'truncated',
        op,
        `compressed data is truncated: got ${length} bytes before it broke off, expected its end. ${advice}`,
        { cause },
      );
    }
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DataFileError(
      'damaged',
      op,
      `damaged compressed data: got "${reason}", expected a zlib stream. ${advice}`,
      {
        cause,
      },
    );
  }
  const tail = new DataView(zipped.buffer, zipped.byteOffset + zipped.length - 4, 4).getUint32(0);
  if (tail !== sum) {
    throw new DataFileError(
      'damaged',
      op,
      `checksum of compressed data differs: got ${hex(sum, 8)}, expected ${hex(tail, 8)}. ${advice}`,
    );
  }
  return length;
}

/**
 * Inflates a zlib stream that states its own size at its start, without trusting what it states: memory grows with
 * what really comes out, and output past the stated size stops the work.
 *
 * @param op - name of the caller, for messages.
 * @param zipped - the whole stream, header and checksum included.
 * @param limit - most bytes that may come out.
 * @param headBytes - how many bytes of output `statedSize` needs.
 * @param statedSize - reads the size of the whole output from its first bytes.
 * @throws DataFileError when the stream is truncated, damaged, longer than stated or longer than `limit`.
 */
export function inflateStated(
  op: string,
  zipped: Uint8Array,
  limit: number,
  headBytes: number,
  statedSize: (head: Uint8Array) => number,
): Uint8Array {
  // What most files come to; growing past it is paid by those that expand more.
  const likely = 4 * zipped.length;
  let out: Uint8Array = new Uint8Array(headBytes);
  let length = 0;
  let stated = -1;
  inflateInSteps(op, zipped, (piece) => {
    const needed = length + piece.length;
    if (needed > out.length)
      out = grown(out, length, stated < 0 ? needed : Math.min(stated, Math.max(needed, 2 * out.length)));
    // Past the stated size nothing is kept: the check below stops the work.
    out.set(piece.subarray(0, out.length - length), length);
    length = needed;
    if (stated < 0 && length >= headBytes) {
      stated = statedSize(out.subarray(0, headBytes));
      checkStated(op, stated, limit, zipped.length);
      const size = Math.min(stated, likely);
      if (size > out.length) out = grown(out, length, size);
    }
    if (stated >= 0 && length > stated) {
      throw new DataFileError(
        'too-large',
        op,
        `compressed data is longer than it states: got ${length} bytes or more, expected ${stated}. A damaged or hostile file?`,
      );
    }
  });
  if (length !== stated) {
    const expected = stated < 0 ? `at least ${headBytes}` : stated;
    throw new DataFileError(
      'truncated',
      op,
      `compressed data is shorter than it states: got ${length} bytes, expected ${expected}. ${advice}`,
    );
  }
  return out.length === length ? out : out.subarray(0, length);
}

function checkZlibHeader(op: string, zipped: Uint8Array): void {
  if (zipped.length < 8) {
    throw new DataFileError(
      'truncated',
      op,
      `compressed data is truncated: got ${zipped.length} bytes, expected at least 8. ${advice}`,
    );
  }
  const header = zipped[0]! * 256 + zipped[1]!;
  const usesDictionary = (zipped[1]! & 32) !== 0;
  if ((zipped[0]! & 15) !== 8 || header % 31 !== 0 || usesDictionary) {
    throw new DataFileError(
      'damaged',
      op,
      `damaged compressed data: got ${hex(header, 4)}, expected a zlib header. ${advice}`,
    );
  }
}

function checkStated(op: string, stated: number, limit: number, zippedBytes: number): void {
  if (stated > limit) {
    throw new DataFileError(
      'too-large',
      op,
      `data is larger than allowed: got a stated size of ${stated} bytes, expected at most ${limit}. Raise maxBytes if the file is trusted.`,
    );
  }
  const reachable = zippedBytes * steepestExpansion;
  if (stated > reachable) {
    throw new DataFileError(
      'damaged',
      op,
      `impossible size: got a stated ${stated} bytes from ${zippedBytes} compressed, expected at most ${reachable}. A truncated or hostile file?`,
    );
  }
}

function grown(old: Uint8Array, used: number, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  bytes.set(old.subarray(0, used));
  return bytes;
}

const adlerStart = 1;

/** Adler-32 of RFC 1950, continued from `start`. */
export function adler32(bytes: Uint8Array, start: number = adlerStart): number {
  let low = start & 0xffff;
  let high = start >>> 16;
  // 3800 additions stay below 2³¹, so that the remainder is due only so often.
  for (let at = 0; at < bytes.length; ) {
    const stop = Math.min(bytes.length, at + 3800);
    for (; at < stop; at++) {
      low += bytes[at]!;
      high += low;
    }
    low %= 65521;
    high %= 65521;
  }
  return ((high << 16) | low) >>> 0;
}

function hex(value: number, digits: number): string {
  return `0x${value.toString(16).padStart(digits, '0')}`;
}
