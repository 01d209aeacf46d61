import { leakyRelu, logSoftmax, relu, sigmoid, softmax, type Tensor, tanh } from '@flambeau/core';
import { markOwned } from './forward.ts';
import { Module } from './module.ts';

/** Options of {@link ReLU}. */
export interface ReLUOptions {
  /** Write into the input instead of a new tensor. Default false. */
  readonly inplace?: boolean;
}

/**
 * max(x, 0). Any shape.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.ReLU.html
 *
 * @example
 * ```ts
 * import { tensor } from '@flambeau/core';
 * import { ReLU } from '@flambeau/nn';
 * new ReLU().forward(tensor([-1, 2])); // [0, 2]
 * ```
 */
export class ReLU extends Module {
  static {
    markOwned(ReLU);
  }

  readonly inplace: boolean;

  constructor(options: ReLUOptions = {}) {
    super();
    this.inplace = options.inplace ?? false;
  }

  forward(x: Tensor): Tensor {
    return this.inplace ? x.relu_() : relu(x);
  }

  override extraRepr(): string {
    return this.inplace ? 'inplace=true' : '';
  }
}

/** x where x > 0, else `negativeSlope`·x. Any shape. */
export class LeakyReLU extends Module {
  static {
    markOwned(LeakyReLU);
  }

  readonly negativeSlope: number;

  constructor(negativeSlope = 0.01) {
    super();
    this.negativeSlope = negativeSlope;
  }

  forward(x: Tensor): Tensor {
    return leakyRelu(x, this.negativeSlope);
  }

  override extraRepr(): string {
    return `negativeSlope=${this.negativeSlope}`;
  }
}

/** 1 / (1 + e^−x). Any shape. */
export class Sigmoid extends Module {
  static {
    markOwned(Sigmoid);
  }

  forward(x: Tensor): Tensor {
    return sigmoid(x);
  }
}

/** Hyperbolic tangent. Any shape. */
export class Tanh extends Module {
  static {
    markOwned(Tanh);
  }

  forward(x: Tensor): Tensor {
    return tanh(x);
  }
}

/** exp(x) / Σ exp(x) along a dimension, which must be named. */
export class Softmax extends Module {
  static {
    markOwned(Softmax);
  }

  readonly dim: number;

  constructor(dim: number) {
    super();
    this.dim = dim;
  }

  forward(x: Tensor): Tensor {
    return softmax(x, this.dim);
  }

  override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}

/** Logarithm of {@link Softmax}, accurate for small probabilities. */
export class LogSoftmax extends Module {
  static {
    markOwned(LogSoftmax);
  }

  readonly dim: number;

  constructor(dim: number) {
    super();
    this.dim = dim;
  }

  forward(x: Tensor): Tensor {
    return logSoftmax(x, this.dim);
  }

  override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}
