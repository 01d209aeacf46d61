import type { Tensor } from '@flambeau/core';
import { adaptiveAvgPool1d, adaptiveAvgPool2d, adaptiveAvgPool3d } from '@flambeau/core';
import { Adaptive } from './adaptive.ts';
import { markOwned } from './forward.ts';

/**
 * Means of bins that cover (N, C, L) or (C, L): `outputSize` of them in each direction; null keeps the input's size.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.AdaptiveAvgPool1d.html
 *
 * @example
 * ```ts
 * import { ones } from '@flambeau/core';
 * import { AdaptiveAvgPool1d } from '@flambeau/nn';
 * new AdaptiveAvgPool1d(5).forward(ones([1, 3, 8])).shape; // [1, 3, 5]
 * ```
 */
export class AdaptiveAvgPool1d extends Adaptive<readonly [number | null]> {
  static {
    markOwned(AdaptiveAvgPool1d);
  }

  forward(x: Tensor): Tensor {
    return adaptiveAvgPool1d(x, this.outputSize);
  }
}

/**
 * Means of bins that cover (N, C, H, W) or (C, H, W): `outputSize` of them in each direction; null keeps the input's size.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.AdaptiveAvgPool2d.html
 *
 * @example
 * ```ts
 * import { ones } from '@flambeau/core';
 * import { AdaptiveAvgPool2d } from '@flambeau/nn';
 * new AdaptiveAvgPool2d(5).forward(ones([1, 3, 8, 9])).shape; // [1, 3, 5, 5]
 * ```
 */
export class AdaptiveAvgPool2d extends Adaptive<readonly [number | null, number | null]> {
  static {
    markOwned(AdaptiveAvgPool2d);
  }

  forward(x: Tensor): Tensor {
    return adaptiveAvgPool2d(x, this.outputSize);
  }
}

/**
 * Means of bins that cover (N, C, D, H, W) or (C, D, H, W): `outputSize` of them in each direction; null keeps the input's size.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.AdaptiveAvgPool3d.html
 *
 * @example
 * ```ts
 * import { ones } from '@flambeau/core';
 * import { AdaptiveAvgPool3d } from '@flambeau/nn';
 * new AdaptiveAvgPool3d(5).forward(ones([1, 3, 8, 9, 5])).shape; // [1, 3, 5, 5, 5]
 * ```
 */
export class AdaptiveAvgPool3d extends Adaptive<readonly [number | null, number | null, number | null]> {
  static {
    markOwned(AdaptiveAvgPool3d);
  }

  forward(x: Tensor): Tensor {
    return adaptiveAvgPool3d(x, this.outputSize);
  }
}
