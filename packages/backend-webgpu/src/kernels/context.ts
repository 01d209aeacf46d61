import type { KernelContext, Operand } from '@flambeau/core/functional';
import type { GpuBlock } from '../blocks.ts';
import type { Pipeline, Shader } from '../pipeline.ts';
import { createPipeline } from '../pipeline.ts';
import type { CommandQueue } from '../queue.ts';
import type { Params } from '../wgsl/layout.ts';

/** What kernels share: the device, its queue, the fault words, and pipelines by what they were written for. */
export interface GpuContext {
  readonly device: GPUDevice;
  readonly queue: CommandQueue;
  /** Four words: the ticket and the inverted index of the first fault, and its value as a 64-bit integer. */
  readonly fault: GPUBuffer;
  readonly pipelines: Map<string, Pipeline>;
  /** Told when a kernel that may report a fault was queued. */
  readonly onChecked: () => void;
}

const bufferOf = ({ block }: Operand): GpuBlock['home'] => (block as GpuBlock).home;

/** The pipeline for a key, compiled at the first use. */
export function pipelineFor(context: GpuContext, key: string, write: () => Shader): Pipeline {
  let pipeline = context.pipelines.get(key);
  if (!pipeline) {
    pipeline = createPipeline(context.device, write());
    context.pipelines.set(key, pipeline);
  }
  return pipeline;
}

/** Queues a run of a kernel. */
export function run(
  context: GpuContext,
  pipeline: Pipeline,
  params: Params,
  inputs: readonly Operand[],
  output: Operand,
): void {
  const buffers = [...inputs, output].map(bufferOf);
  context.queue.dispatch({ pipeline, params: params.words, buffers });
}

/** Queues a run of a kernel that may report a fault under a ticket, which becomes its last parameter. */
export function runChecked(
  context: GpuContext,
  pipeline: Pipeline,
  params: Params,
  inputs: readonly Operand[],
  output: Operand,
  { ticket }: KernelContext,
): void {
  params.add(ticket);
  const buffers = [...[...inputs, output].map(bufferOf), context.fault];
  context.queue.dispatch({ pipeline, params: params.words, buffers });
  if (pipeline.tell) {
    context.queue.dispatch({ pipeline: pipeline.tell, params: [1, ...params.words.slice(1)], buffers });
  }
  context.onChecked();
}
