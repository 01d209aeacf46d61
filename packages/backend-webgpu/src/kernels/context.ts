import type { KernelContext, Operand } from '@flambeau/core/functional';
import type { AdapterTraits } from '../device/traits.ts';
import type { BlockPool, GpuBlock, PooledBuffer } from '../memory/blocks.ts';
import type { CommandQueue } from '../queue/command-queue.ts';
import type { Pipeline, Pipelines } from '../shader/pipelines.ts';
import { WORKGROUP } from '../shader/shader.ts';
import type { Params } from '../wgsl/layout.ts';

/** What kernels share. */
export interface GpuContext {
  readonly traits: AdapterTraits;
  readonly queue: CommandQueue;
  readonly pipelines: Pipelines;
  readonly blocks: BlockPool;
  /** Four words: the ticket and the inverted index of the first fault, and its value as a 64-bit integer. */
  readonly fault: PooledBuffer;
  /** Told when a kernel that may report a fault was queued. */
  readonly onChecked: () => void;
}

/** An operand's memory. */
export type Stored = Pick<Operand, 'block'>;

/** What a kernel runs on. */
export interface Run {
  readonly params: Params;
  /** Operands in the order of the kernel's bindings. */
  readonly operands: readonly Stored[];
  /** Workgroups. Default: those of an elementwise kernel. */
  readonly groups?: number;
}

const bufferOf = ({ block }: Stored): PooledBuffer => (block as GpuBlock).home;

const groupsOf = ({ params, groups }: Run): number => groups ?? Math.ceil(params.count / WORKGROUP);

/** Queues a run of a kernel. Nothing happens while kernels are being prepared. */
export function run(context: GpuContext, pipeline: Pipeline, what: Run): void {
  if (context.pipelines.preparing) return;
  const { params, operands } = what;
  context.queue.dispatch({
    pipeline,
    params: params.words,
    buffers: operands.map(bufferOf),
    groups: groupsOf(what),
  });
}

/** Queues a run of a kernel that may report a fault under a ticket, which becomes its last parameter. */
export function runChecked(
  context: GpuContext,
  pipeline: Pipeline,
  what: Run,
  { ticket }: KernelContext,
): void {
  if (context.pipelines.preparing) return;
  const { params, operands } = what;
  const run = {
    params: [...params.words, ticket],
    buffers: [...operands.map(bufferOf), context.fault],
  };
  context.queue.dispatch({ ...run, pipeline, groups: groupsOf(what) });
  if (pipeline.tell) context.queue.dispatch({ ...run, pipeline: pipeline.tell, groups: 1 });
  context.onChecked();
}

/** Lends memory of so many words, with undefined contents, to the kernels that `work` queues. */
export function withScratch(context: GpuContext, words: number, work: (scratch: Stored) => void): void {
  const block = context.blocks.allocate(words);
  try {
    work({ block });
  } finally {
    // Commands run in their order: whoever gets the memory next writes it after these have read it.
    context.blocks.release(block);
  }
}
