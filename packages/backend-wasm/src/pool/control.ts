/**
 * The words through which the caller and the workers of a pool speak. A job is cut into chunks; the ticket holds the
 * job's number and the next chunk in one word, so that a chunk is claimed by one compare-and-exchange, and a worker that
 * was asleep since an earlier job cannot claim one of a later job.
 */
export interface ControlWords {
  /** job · 2^12 + next chunk. Open while the chunk is below `chunks`. */
  readonly ticket: number;
  readonly chunks: number;
  readonly chunkSize: number;
  readonly count: number;
  readonly kernel: number;
  /** Where the kernel's module stands in the memory. */
  readonly moduleAddress: number;
  readonly moduleLength: number;
  readonly args: number;
  /** How many workers wait to be woken. */
  readonly sleepers: number;
  /** 1 while the caller waits to be woken. */
  readonly callerSleeps: number;
  /** 1 when the workers are to end. */
  readonly stop: number;
  /** One word for each worker: 1 while it may hold a chunk. */
  readonly inside: number;
  /** One word for each worker: 1 from when it looks for work. */
  readonly ready: number;
  /** One word for each chunk: the number of the job in which it was last done, negative where it failed. */
  readonly done: number;
  readonly length: number;
}

/** Bits of the ticket that hold the chunk. */
export const CHUNK_BITS = 12;
/** The chunk that a closed ticket shows. */
export const CLOSED: number = 2 ** CHUNK_BITS - 1;
/** The most chunks of a job. */
export const MAX_CHUNKS: number = CLOSED - 1;
/** Job numbers start again at 1 after this one. */
export const LAST_JOB: number = 2 ** (31 - CHUNK_BITS) - 1;
/** The most workers of a pool. */
export const MAX_WORKERS = 64;

const INSIDE = 16;
const READY: number = INSIDE + MAX_WORKERS;
const DONE: number = READY + MAX_WORKERS;

export const WORDS: ControlWords = {
  ticket: 0,
  chunks: 1,
  chunkSize: 2,
  count: 3,
  kernel: 4,
  moduleAddress: 5,
  moduleLength: 6,
  args: 7,
  sleepers: 8,
  callerSleeps: 9,
  stop: 10,
  inside: INSIDE,
  ready: READY,
  done: DONE,
  length: DONE + MAX_CHUNKS,
};
