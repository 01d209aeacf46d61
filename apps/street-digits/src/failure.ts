import { FlambeauError } from 'flambeau';
import { DataFileError } from './data/errors.ts';

/** A command that cannot be carried out as it was given; the message is for people. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

/** Work that the user stopped. */
export class StoppedError extends Error {
  override readonly name = 'StoppedError';
}

/**
 * One line for an error that is the user's or the machine's to mend; null for a fault of this program, which should
 * show its stack.
 */
export function explain(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return `the disk is full: ${firstLine(error)}. Make room and run it again; what was saved before is whole.`;
  const expected =
    error instanceof CommandError ||
    error instanceof StoppedError ||
    error instanceof DataFileError ||
    error instanceof FlambeauError ||
    'syscall' in error;
  return expected ? firstLine(error) : null;
}

function firstLine(error: Error): string {
  return error.message.split('\n', 1)[0]!;
}
