import type { RngState, Tensor } from '@flambeau/core';
import { ArgumentError, enableGrad, getRngState, runtime, setRngState } from '@flambeau/core';
import type { RecordedNode } from './graph.ts';
import { type Saved, SavedTensor, withPacker } from './saved.ts';

/** Options of {@link checkpoint}. */
export interface CheckpointOptions {
  /** Draw the same random numbers again, as dropout needs. Default true. */
  readonly preserveRngState?: boolean;
}

/**
 * Runs a function without keeping what its backward needs; backward runs it again. Takes memory for time.
 *
 * The function must be synchronous and give the same values again. Works with `backward`, `grad` and `createGraph`.
 *
 * @throws {@link ArgumentError} in backward, when the second run records other calls than the first.
 * @remarks Source: https://pytorch.org/docs/stable/checkpoint.html (with `use_reentrant=False`).
 *
 * @example
 * ```ts
 * import { checkpoint } from '@flambeau/autograd';
 * import { exp, sin, tensor } from '@flambeau/core';
 * const x = tensor([0, 1], { requiresGrad: true });
 * checkpoint((v) => exp(sin(v)), [x]).sum().backward();
 * await x.grad?.toArray(); // [1, 1.2534]
 * ```
 */
export function checkpoint<Args extends readonly unknown[], T>(
  fn: (...args: Args) => T,
  args: Args,
  options: CheckpointOptions = {},
): T {
  if (!runtime.gradMode) return fn(...args);
  const { preserveRngState = true } = options;
  const segment = new Segment(() => fn(...args), preserveRngState ? getRngState() : null);
  return withPacker(
    (x) => segment.pack(x),
    () => fn(...args),
  );
}

/** A stretch of the graph whose saved tensors are computed again when one of them is needed. */
class Segment {
  readonly #fn: () => unknown;
  readonly #rng: RngState | null;
  #slots = 0;
  #open = 0;
  #again: SavedTensor[] | null = null;

  constructor(fn: () => unknown, rng: RngState | null) {
    this.#fn = fn;
    this.#rng = rng;
  }

  /** Stands for a tensor: keeps its place in the graph, not its values. Leaves are kept: gradients go to them. */
  pack(tensor: Tensor): Saved {
    const slot = this.#slots++;
    const { node: history, nodeOutput, leafRequiresGrad } = tensor;
    if (leafRequiresGrad && !history) return new SavedTensor(tensor);
    this.#open++;
    return {
      unpack: (node) => {
        const x = this.#at(slot, node).detach();
        x.node = history;
        x.nodeOutput = nodeOutput;
        x.nodeVersion = x.storage.version;
        return x;
      },
      release: () => {
        if (--this.#open === 0) this.#drop();
      },
    };
  }

  #at(slot: number, node: RecordedNode): Tensor {
    this.#again ??= this.#run();
    return (this.#again[slot] as SavedTensor).unpack(node);
  }

  /** Runs the function again and keeps what its calls save, in their order. */
  #run(): SavedTensor[] {
    const kept: SavedTensor[] = [];
    const outside = getRngState();
    if (this.#rng) setRngState(this.#rng);
    const pack = (x: Tensor): Saved => {
      kept.push(new SavedTensor(x));
      return { unpack: () => x, release: () => {} };
    };
    try {
      enableGrad(() => void withPacker(pack, this.#fn));
    } finally {
      if (this.#rng) setRngState(outside);
    }
    if (kept.length !== this.#slots) {
      for (const saved of kept) saved.release();
      throw new ArgumentError(
        'checkpoint',
        `the second run differs from the first: got ${kept.length} tensors that backward needs, expected ${this.#slots}. The function must do the same each time.`,
      );
    }
    return kept;
  }

  #drop(): void {
    for (const saved of this.#again ?? []) saved.release();
    this.#again = null;
  }
}
