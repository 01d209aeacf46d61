import type { Storage } from '@flambeau/core';
import { dropHandle, retainStorage, Tensor, VersionError } from '@flambeau/core';
import type { RecordedNode } from './graph.ts';

/** A tensor as backward needs it: its memory, layout and place in the graph, at the version it had then. */
export class SavedTensor {
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

  /** The tensor again, with its history; checks that nobody wrote into it since. Only for nodes that are not freed. */
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

  /** Lets the memory go; once, when the node is freed. */
  release(): void {
    dropHandle(this.#storage);
  }
}
