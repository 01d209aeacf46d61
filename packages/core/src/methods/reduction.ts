import type { ReduceOptions, SumOptions, ValuesAndIndices, VarOptions } from '../ops/reduce.ts';
import * as r from '../ops/reduce.ts';
import { prod } from '../ops/reduction/product.ts';
import type { ScanOptions } from '../ops/reduction/scan.ts';
import { cumsum } from '../ops/reduction/scan.ts';
import { logsumexp } from '../ops/softmax.ts';
import type { Tensor } from '../tensor.ts';

/** Reductions. Without dimensions, over all of them. */
export class ReductionMethods {
  sum(this: Tensor, axes?: number | readonly number[], options?: SumOptions): Tensor {
    return r.sum(this, axes, options);
  }
  mean(this: Tensor, axes?: number | readonly number[], options?: SumOptions): Tensor {
    return r.mean(this, axes, options);
  }
  var(this: Tensor, axes?: number | readonly number[], options?: VarOptions): Tensor {
    return r.variance(this, axes, options);
  }
  std(this: Tensor, axes?: number | readonly number[], options?: VarOptions): Tensor {
    return r.std(this, axes, options);
  }
  amax(this: Tensor, axes?: number | readonly number[], options?: ReduceOptions): Tensor {
    return r.amax(this, axes, options);
  }
  amin(this: Tensor, axes?: number | readonly number[], options?: ReduceOptions): Tensor {
    return r.amin(this, axes, options);
  }
  max(this: Tensor): Tensor;
  max(this: Tensor, axis: number, options?: ReduceOptions): ValuesAndIndices;
  max(this: Tensor, other: Tensor): Tensor;
  max(this: Tensor, along?: number | Tensor, options?: ReduceOptions): Tensor | ValuesAndIndices {
    return r.max(this, along as number, options);
  }
  min(this: Tensor): Tensor;
  min(this: Tensor, axis: number, options?: ReduceOptions): ValuesAndIndices;
  min(this: Tensor, other: Tensor): Tensor;
  min(this: Tensor, along?: number | Tensor, options?: ReduceOptions): Tensor | ValuesAndIndices {
    return r.min(this, along as number, options);
  }
  argmax(this: Tensor, axis?: number, options?: ReduceOptions): Tensor {
    return r.argmax(this, axis, options);
  }
  argmin(this: Tensor, axis?: number, options?: ReduceOptions): Tensor {
    return r.argmin(this, axis, options);
  }
  prod(this: Tensor, axis?: number, options?: SumOptions): Tensor {
    return prod(this, axis, options);
  }
  cumsum(this: Tensor, axis: number, options?: ScanOptions): Tensor {
    return cumsum(this, axis, options);
  }
  logsumexp(this: Tensor, axes: number | readonly number[], options?: ReduceOptions): Tensor {
    return logsumexp(this, axes, options);
  }
  any(this: Tensor, axes?: number | readonly number[], options?: ReduceOptions): Tensor {
    return r.any(this, axes, options);
  }
  all(this: Tensor, axes?: number | readonly number[], options?: ReduceOptions): Tensor {
    return r.all(this, axes, options);
  }
}
