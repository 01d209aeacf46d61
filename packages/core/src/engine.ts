import type { Tensor } from './tensor.ts';

/** The function that made a tensor, as autograd keeps it. Opaque to core. */
export interface GraphNode {
  /** Name of the op, for messages. */
  readonly name: string;
}

/** Options of {@link AutogradEngine.backward}. */
export interface BackwardOptions {
  /** Keep what backward needs, for a second pass over the same graph. Default: `createGraph`. */
  readonly retainGraph?: boolean;
  /** Record the backward pass itself, for higher derivatives. Default false. */
  readonly createGraph?: boolean;
}

/** What `@flambeau/autograd` puts into core's slot. */
export interface AutogradEngine {
  /** Accumulates gradients into the leaves below `output`. */
  backward(output: Tensor, gradient: Tensor | undefined, options: BackwardOptions): void;
  /** The same where gradients have to be read from a device that can only be read asynchronously. */
  backwardAsync(output: Tensor, gradient: Tensor | undefined, options: BackwardOptions): Promise<void>;
  /** Refuses an in-place write that would break the graph. */
  beforeInPlace(op: string, target: Tensor, recorded: boolean): void;
  /** Records a transfer whose values were read asynchronously. */
  recordTransfer(source: Tensor, result: Tensor): void;
}
