import { type Device, type DType, isFloat, isTensor, type Tensor } from '@flambeau/core';
import {
  type BceOptions,
  type BceWithLogitsOptions,
  bceLoss,
  bceWithLogitsLoss,
} from './binary-cross-entropy.ts';
import { type CrossEntropyOptions, crossEntropy, type NllOptions, nllLoss } from './cross-entropy.ts';
import { l1Loss, mseLoss, type SmoothL1Options, smoothL1Loss } from './difference.ts';
import { type Reduction, type ReductionOptions, reductionOf } from './reduction.ts';

/**
 * A loss with its options: `forward(input, target)`.
 *
 * It has no parameters and is no child of a module that holds it, so it works without `@flambeau/nn`; move its class
 * weights with {@link to}.
 */
export abstract class Loss {
  readonly reduction: Reduction;

  constructor(options: ReductionOptions) {
    this.reduction = reductionOf(new.target.name, options);
  }

  /** The loss of predictions against what they should be. */
  abstract forward(...inputs: never): Tensor;

  /** Moves weights to a device, or converts them to a float dtype. */
  to(target: Device | DType): this {
    for (const [field, value] of Object.entries(this)) {
      if (!isTensor(value) || (typeof target === 'string' && !isFloat(value.dtype))) continue;
      Object.assign(this, { [field]: value.to(target) });
    }
    return this;
  }

  toString(): string {
    return `${this.constructor.name}()`;
  }
}

/**
 * {@link mseLoss} as an object.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.MSELoss.html
 *
 * @example
 * ```ts
 * import { tensor } from '@flambeau/core';
 * import { MSELoss } from '@flambeau/losses';
 * const criterion = new MSELoss();
 * await criterion.forward(tensor([1, 2]), tensor([0, 4])).item(); // 2.5
 * ```
 */
export class MSELoss extends Loss {
  constructor(options: ReductionOptions = {}) {
    super(options);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return mseLoss(input, target, this);
  }
}

/** {@link l1Loss} as an object. */
export class L1Loss extends Loss {
  constructor(options: ReductionOptions = {}) {
    super(options);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return l1Loss(input, target, this);
  }
}

/** {@link smoothL1Loss} as an object. */
export class SmoothL1Loss extends Loss {
  readonly beta: number;

  constructor(options: SmoothL1Options = {}) {
    super(options);
    this.beta = options.beta ?? 1;
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return smoothL1Loss(input, target, this);
  }
}

/** {@link bceLoss} as an object. */
export class BCELoss extends Loss {
  weight: Tensor | null;

  constructor(options: BceOptions = {}) {
    super(options);
    this.weight = options.weight ?? null;
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return bceLoss(input, target, this);
  }
}

/** {@link bceWithLogitsLoss} as an object. */
export class BCEWithLogitsLoss extends Loss {
  weight: Tensor | null;
  posWeight: Tensor | null;

  constructor(options: BceWithLogitsOptions = {}) {
    super(options);
    this.weight = options.weight ?? null;
    this.posWeight = options.posWeight ?? null;
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return bceWithLogitsLoss(input, target, this);
  }
}

/** {@link nllLoss} as an object. */
export class NLLLoss extends Loss {
  weight: Tensor | null;
  readonly ignoreIndex: number;

  constructor(options: NllOptions = {}) {
    super(options);
    this.weight = options.weight ?? null;
    this.ignoreIndex = options.ignoreIndex ?? -100;
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return nllLoss(input, target, this);
  }
}

/** {@link crossEntropy} as an object. */
export class CrossEntropyLoss extends Loss {
  weight: Tensor | null;
  readonly ignoreIndex: number;
  readonly labelSmoothing: number;

  constructor(options: CrossEntropyOptions = {}) {
    super(options);
    this.weight = options.weight ?? null;
    this.ignoreIndex = options.ignoreIndex ?? -100;
    this.labelSmoothing = options.labelSmoothing ?? 0;
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return crossEntropy(input, target, this);
  }
}
