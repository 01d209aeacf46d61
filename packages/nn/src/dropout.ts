import type { Tensor } from '@flambeau/core';
import {
  ArgumentError,
  alphaDropout,
  dropout,
  dropout1d,
  dropout2d,
  dropout3d,
  featureAlphaDropout,
} from '@flambeau/core';
import { markOwned } from './forward.ts';
import { Module } from './module.ts';

/** What the dropouts have in common. */
abstract class Dropping extends Module {
  /** The probability that an element or a channel is dropped, in [0, 1]. */
  readonly p: number;

  /** @param p - default 0.5. */
  constructor(p = 0.5) {
    super();
    const { name } = new.target;
    if (!(p >= 0 && p <= 1))
      throw new ArgumentError(name, `not a probability: got ${p}, expected 0 ≤ p ≤ 1.`, { p });
    this.p = p;
  }

  override extraRepr(): string {
    return `p=${this.p}`;
  }
}

/**
 * Zeroes elements at random while training and scales the others by 1/(1 − p); does nothing in evaluation. Any shape.
 *
 * The masks come from a stream that is the same on every device and follows `manualSeed`, but is not PyTorch's.
 *
 * @throws {@link ArgumentError} unless p is in [0, 1].
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.Dropout.html
 *
 * @example
 * ```ts
 * import { ones } from '@flambeau/core';
 * import { Dropout } from '@flambeau/nn';
 * new Dropout(0.5).eval().forward(ones([3])); // [1, 1, 1]
 * ```
 */
export class Dropout extends Dropping {
  static {
    markOwned(Dropout);
  }

  forward(x: Tensor): Tensor {
    return dropout(x, this.p, { training: this.training });
  }
}

/**
 * {@link Dropout} of whole channels of (N, C, L) or (C, L).
 *
 * @throws {@link ArgumentError} unless p is in [0, 1].
 * @throws {@link ShapeError} on other ranks.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.Dropout1d.html
 */
export class Dropout1d extends Dropping {
  static {
    markOwned(Dropout1d);
  }

  forward(x: Tensor): Tensor {
    return dropout1d(x, this.p, { training: this.training });
  }
}

/**
 * {@link Dropout} of whole channels of (N, C, H, W) or (N, C, L).
 *
 * @throws {@link ArgumentError} unless p is in [0, 1].
 * @throws {@link ShapeError} on other ranks.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.Dropout2d.html
 */
export class Dropout2d extends Dropping {
  static {
    markOwned(Dropout2d);
  }

  forward(x: Tensor): Tensor {
    return dropout2d(x, this.p, { training: this.training });
  }
}

/**
 * {@link Dropout} of whole channels of (N, C, D, H, W) or (C, D, H, W).
 *
 * @throws {@link ArgumentError} unless p is in [0, 1].
 * @throws {@link ShapeError} on other ranks.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.Dropout3d.html
 */
export class Dropout3d extends Dropping {
  static {
    markOwned(Dropout3d);
  }

  forward(x: Tensor): Tensor {
    return dropout3d(x, this.p, { training: this.training });
  }
}

/**
 * Dropout for SELU networks: keeps mean 0 and variance 1 while training; does nothing in evaluation. Any shape.
 *
 * @throws {@link ArgumentError} unless p is in [0, 1].
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.AlphaDropout.html
 */
export class AlphaDropout extends Dropping {
  static {
    markOwned(AlphaDropout);
  }

  forward(x: Tensor): Tensor {
    return alphaDropout(x, this.p, { training: this.training });
  }
}

/**
 * {@link AlphaDropout} of whole channels of (N, C, …).
 *
 * @throws {@link ArgumentError} unless p is in [0, 1].
 * @throws {@link ShapeError} on a rank below 2.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.FeatureAlphaDropout.html
 */
export class FeatureAlphaDropout extends Dropping {
  static {
    markOwned(FeatureAlphaDropout);
  }

  forward(x: Tensor): Tensor {
    return featureAlphaDropout(x, this.p, { training: this.training });
  }
}
