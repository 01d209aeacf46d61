import type { Tensor } from '@flambeau/core';
import { adaptiveMaxPool1d, adaptiveMaxPool2d, adaptiveMaxPool3d } from '@flambeau/core';
import { Adaptive } from './adaptive.ts';
import { markOwned } from './forward.ts';

/**
 * Maxima of bins that cover (N, C, L) or (C, L): `outputSize` of them in each direction; null keeps the input's size.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.AdaptiveMaxPool1d.html. For their positions call
 * `adaptiveMaxPool1dWithIndices`.
 *
 * @example
 * ```ts
 * import { ones } from '@flambeau/core';
 * import { AdaptiveMaxPool1d } from '@flambeau/nn';
 * new AdaptiveMaxPool1d(5).forward(ones([1, 3, 8])).shape; // [1, 3, 5]
 * ```
 */
export class AdaptiveMaxPool1d extends Adaptive<readonly [number | null]> {
  static {
    markOwned(AdaptiveMaxPool1d);
  }

  forward(x: Tensor): Tensor {
    return adaptiveMaxPool1d(x, this.outputSize);
  }
}

/**
 * Maxima of bins that cover (N, C, H, W) or (C, H, W): `outputSize` of them in each direction; null keeps the input's size.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.AdaptiveMaxPool2d.html. For their positions call
 * `adaptiveMaxPool2dWithIndices`.
 *
 * @example
 * ```ts
 * import { ones } from '@flambeau/core';
 * import { AdaptiveMaxPool2d } from '@flambeau/nn';
 * new AdaptiveMaxPool2d(5).forward(ones([1, 3, 8, 9])).shape; // [1, 3, 5, 5]
 * ```
 */
export class AdaptiveMaxPool2d extends Adaptive<readonly [number | null, number | null]> {
  static {
    markOwned(AdaptiveMaxPool2d);
  }

  forward(x: Tensor): Tensor {
    return adaptiveMaxPool2d(x, this.outputSize);
  }
}

/**
 * Maxima of bins that cover (N, C, D, H, W) or (C, D, H, W): `outputSize` of them in each direction; null keeps the input's size.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.AdaptiveMaxPool3d.html. For their positions call
 * `adaptiveMaxPool3dWithIndices`.
 *
 * @example
 * ```ts
 * import { ones } from '@flambeau/core';
 * import { AdaptiveMaxPool3d } from '@flambeau/nn';
 * new AdaptiveMaxPool3d(5).forward(ones([1, 3, 8, 9, 5])).shape; // [1, 3, 5, 5, 5]
 * ```
 */
export class AdaptiveMaxPool3d extends Adaptive<readonly [number | null, number | null, number | null]> {
  static {
    markOwned(AdaptiveMaxPool3d);
  }

  forward(x: Tensor): Tensor {
    return adaptiveMaxPool3d(x, this.outputSize);
  }
}
