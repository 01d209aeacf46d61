import type { Storage } from '@flambeau/core';
import { dropHandle, retainStorage, Tensor, VersionError } from '@flambeau/core';
import type { RecordedNode } from './graph.ts';

/** What a node keeps of a tensor until backward. */
export interface Saved {
  /** The tensor again, with its history. Only for nodes that are not freed. */
  unpack(node: RecordedNode): Tensor;
  /** Lets it go; once, when the node is freed. */
  release(): void;
}

/** Set while something else than the tensor itself is to be kept: see checkpoint. */
let packer: ((tensor: Tensor) => Saved) | null = null;

/** Keeps a tensor for backward. */
export function save(tensor: Tensor): Saved {
  return packer === null ? new SavedTensor(tensor) : packer(tensor);
}

/** Runs a function with another way to keep tensors for backward. */
export function withPacker<T>(pack: typeof packer, fn: () => T): T {
  const outer = packer;
  packer = pack;
  try {
    return fn();
  } finally {
    packer = outer;
  }
}

/** A tensor as backward needs it: its memory, layout and place in the graph, at the version it had then. */
export class SavedTensor implements Saved {
  readonly #tensor: Tensor;
  readonly #storage: Storage;
  readonly #version: number;
  readonly #node: Tensor['node'];
  readonly #nodeOutput: number;

  constructor(tensor: Tensor) {
    this.#tensor = tensor;
    this.#storage = tensor.storage;
    this.#version = tensor.storage.version;
    this.#node = tensor.node;
    this.#nodeOutput = tensor.nodeOutput;
    retainStorage(tensor.storage);
  }

  /** Checks that nobody wrote into it since. */
  unpack(node: RecordedNode): Tensor {
    const { storage, dtype, shape, strides, offset } = this.#tensor;
    if (storage !== this.#storage) {
      throw new VersionError(
        'backward',
        `a tensor that ${node.name} needs was moved or converted: got other data under a tensor of shape [${shape.join(', ')}], expected what forward saw. Call module.to() before forward or after backward.`,
        { op: node.name },
      );
    }
    if (storage.version !== this.#version) {
      throw new VersionError(
        'backward',
        `a tensor that ${node.name} needs was modified in place: got version ${storage.version} of a tensor of shape [${shape.join(', ')}], expected version ${this.#version}. Use the form without the underscore, or clone() first.`,
        { op: node.name, version: storage.version, expected: this.#version },
      );
    }
    if (!this.#tensor.released && this.#tensor.node === this.#node) return this.#tensor;
    const again = new Tensor(storage, dtype, shape, strides, offset);
    again.node = this.#node;
    again.nodeOutput = this.#nodeOutput;
    again.nodeVersion = this.#version;
    again.leafRequiresGrad = this.#tensor.leafRequiresGrad;
    return again;
  }

  release(): void {
    dropHandle(this.#storage);
  }
}
