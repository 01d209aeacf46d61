import { works } from '../works.ts';
import type { GpuCounts } from './gpu-watch.ts';
import { watchGpu } from './gpu-watch.ts';
import { startUp } from './startup.ts';

/**
 * Work that is done as often as it is told. A number that it ends with, such as the last loss, is passed on. Where results
 * can only be waited for, `perRead` of them share a wait.
 */
export type Task = (times: number, perRead: number) => number | void | Promise<number | void>;

/** Sets work up: what is made here is not timed. */
export type Setup = () => Task | Promise<Task>;

/** The works of an engine: how to set each up, or why it has none. */
export type Works = Readonly<Record<string, Setup | string>>;

/** A library on a device. */
export interface Library {
  readonly version: string;
  /** Opens the device, which `startup` alone times; resolves to why there is none, else null. */
  open(): Promise<string | null>;
  readonly works: Works;
  /** Training steps of the network of `cnn_step64` on so many pictures; for `startup`. */
  readonly cnnStep?: (pictures: number) => Setup;
}

/** What an engine says when it is ready: its version, or why it does not take part in this work. */
export interface Greeting {
  readonly version?: string;
  readonly missing?: string;
}

/** How long the work took, the number that it ended with (of a training step, the loss), and what it asked of a GPU. */
export interface Answer {
  readonly ms: number;
  readonly value?: number;
  readonly gpu?: GpuCounts;
  /** The GPU's adapter. */
  readonly adapter?: string;
}

/** An engine that is set up for one work. */
export interface Part {
  readonly greeting: Greeting;
  run(times: number): Promise<Answer>;
}

/** Plays a library's part in a work. @throws what the library throws while it is set up. */
export async function takePart(library: Library, id: string): Promise<Part> {
  const watch = watchGpu();
  const { version } = library;
  const missing = (reason: string): Part => ({
    greeting: { version, missing: reason },
    run: () => Promise.reject(new Error(reason)),
  });
  const start = startUp(id, library);
  const setup = start ?? library.works[id] ?? 'not written for this library';
  if (typeof setup === 'string') return missing(setup);
  const refusal = start === null ? await library.open() : null;
  if (refusal !== null) return missing(refusal);
  const task = await setup();
  const perRead = works.find((work) => work.id === id)?.perRead ?? 1;

  const run = async (times: number): Promise<Answer> => {
    const before = watch?.counts();
    const start = performance.now();
    const value = await task(times, perRead);
    const ms = performance.now() - start;
    if (value !== undefined && !Number.isFinite(value))
      throw new Error(`the result is not finite: got ${value}`);
    const refused = watch?.refused();
    if (refused) throw new Error(`the device refused a command: ${refused}`);
    const after = watch?.counts();
    const adapter = watch?.adapter();
    return {
      ms,
      ...(value !== undefined && { value }),
      ...(before && after && { gpu: difference(after, before) }),
      ...(adapter && { adapter }),
    };
  };
  const adapter = watch?.adapter();
  return { greeting: { version: adapter ? `${version} on ${adapter}` : version }, run };
}

const difference = (after: GpuCounts, before: GpuCounts): GpuCounts => ({
  pipelines: after.pipelines - before.pipelines,
  dispatches: after.dispatches - before.dispatches,
  submits: after.submits - before.submits,
});

/** What is told of an error: its first line. */
export function failure(error: unknown): { readonly error: string } {
  return { error: (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '' };
}
