import type { Tensor } from '@flambeau/core';
import { disposeTemporary } from '@flambeau/core';

/**
 * The gradients that one backward pass made itself and still has in hand, with how many places wait for each. The last
 * use releases it, whatever memory it shares. Empty on devices whose memory the collector owns.
 */
export class InFlight {
  readonly #uses = new Map<Tensor, number>();

  /** Notes a gradient that the pass made. */
  own(x: Tensor): void {
    if (x.device.memory.explicit && !this.#uses.has(x)) this.#uses.set(x, 0);
  }

  /** Whether the pass made a gradient, so that nobody else knows it. */
  owns(x: Tensor): boolean {
    return this.#uses.has(x);
  }

  /** One more place waits for a gradient. */
  hold(x: Tensor): void {
    const uses = this.#uses.get(x);
    if (uses !== undefined) this.#uses.set(x, uses + 1);
  }

  /** One place is done with a gradient. */
  drop(x: Tensor): void {
    const uses = this.#uses.get(x);
    if (uses === undefined) return;
    this.#uses.set(x, uses - 1);
    this.settle(x);
  }

  /** Releases a gradient that no place waits for. */
  settle(x: Tensor): void {
    if ((this.#uses.get(x) ?? 1) > 0) return;
    this.#uses.delete(x);
    disposeTemporary(x);
  }

  /** Leaves a gradient to someone else: a leaf, a hook, the caller. */
  giveAway(x: Tensor): void {
    this.#uses.delete(x);
  }
}
