import { composed } from '../memory/composed.ts';
import * as e from '../ops/elementwise.ts';
import { maskedFill, scatterAdd } from '../ops/indexing.ts';
import type { MapOperand } from '../ops/map-op.ts';
import type { AddScaledOptions } from '../ops/math/comparison.ts';
import { addcdivOp, addcmulOp } from '../ops/math/comparison.ts';
import { lerpOp } from '../ops/math/exponential.ts';
import { copyInPlace, fillInPlace, inPlace } from '../ops/write.ts';
import type { Tensor } from '../tensor.ts';
import { scaled } from './arithmetic.ts';

/** In place. Views of the same memory see the new values. */
export class InPlaceMethods {
  add_<T extends Tensor>(this: T, other: MapOperand, options?: { readonly alpha?: number }): T {
    if (!options) return inPlace(e.add.op, this, other) as T;
    return composed(this.device, () => inPlace(e.add.op, this, scaled(other, options.alpha))) as T;
  }
  sub_<T extends Tensor>(this: T, other: MapOperand, options?: { readonly alpha?: number }): T {
    if (!options) return inPlace(e.sub.op, this, other) as T;
    return composed(this.device, () => inPlace(e.sub.op, this, scaled(other, options.alpha))) as T;
  }
  mul_<T extends Tensor>(this: T, other: MapOperand): T {
    return inPlace(e.mul.op, this, other) as T;
  }
  div_<T extends Tensor>(this: T, other: MapOperand): T {
    return inPlace(e.div.op, this, other) as T;
  }
  relu_<T extends Tensor>(this: T): T {
    return inPlace(e.relu.op, this) as T;
  }
  clamp_<T extends Tensor>(this: T, min: number, max: number): T {
    return inPlace(e.clampOp.op, this, min, max) as T;
  }
  neg_<T extends Tensor>(this: T): T {
    return inPlace(e.neg.op, this) as T;
  }
  abs_<T extends Tensor>(this: T): T {
    return inPlace(e.abs.op, this) as T;
  }
  sign_<T extends Tensor>(this: T): T {
    return inPlace(e.sign.op, this) as T;
  }
  square_<T extends Tensor>(this: T): T {
    return inPlace(e.square.op, this) as T;
  }
  reciprocal_<T extends Tensor>(this: T): T {
    return inPlace(e.reciprocal.op, this) as T;
  }
  exp_<T extends Tensor>(this: T): T {
    return inPlace(e.exp.op, this) as T;
  }
  expm1_<T extends Tensor>(this: T): T {
    return inPlace(e.expm1.op, this) as T;
  }
  log_<T extends Tensor>(this: T): T {
    return inPlace(e.log.op, this) as T;
  }
  log1p_<T extends Tensor>(this: T): T {
    return inPlace(e.log1p.op, this) as T;
  }
  sqrt_<T extends Tensor>(this: T): T {
    return inPlace(e.sqrt.op, this) as T;
  }
  rsqrt_<T extends Tensor>(this: T): T {
    return inPlace(e.rsqrt.op, this) as T;
  }
  sin_<T extends Tensor>(this: T): T {
    return inPlace(e.sin.op, this) as T;
  }
  cos_<T extends Tensor>(this: T): T {
    return inPlace(e.cos.op, this) as T;
  }
  tanh_<T extends Tensor>(this: T): T {
    return inPlace(e.tanh.op, this) as T;
  }
  sigmoid_<T extends Tensor>(this: T): T {
    return inPlace(e.sigmoid.op, this) as T;
  }
  floor_<T extends Tensor>(this: T): T {
    return inPlace(e.floor.op, this) as T;
  }
  ceil_<T extends Tensor>(this: T): T {
    return inPlace(e.ceil.op, this) as T;
  }
  round_<T extends Tensor>(this: T): T {
    return inPlace(e.round.op, this) as T;
  }
  trunc_<T extends Tensor>(this: T): T {
    return inPlace(e.trunc.op, this) as T;
  }
  pow_<T extends Tensor>(this: T, other: MapOperand): T {
    return inPlace(e.pow.op, this, other) as T;
  }
  fmod_<T extends Tensor>(this: T, other: MapOperand): T {
    return inPlace(e.fmod.op, this, other) as T;
  }
  remainder_<T extends Tensor>(this: T, other: MapOperand): T {
    return inPlace(e.remainder.op, this, other) as T;
  }
  addcmul_<T extends Tensor>(this: T, a: Tensor, b: Tensor, options?: AddScaledOptions): T {
    return inPlace(addcmulOp.op, this, a, b, options?.value ?? 1) as T;
  }
  addcdiv_<T extends Tensor>(this: T, a: Tensor, b: Tensor, options?: AddScaledOptions): T {
    return inPlace(addcdivOp.op, this, a, b, options?.value ?? 1) as T;
  }
  lerp_<T extends Tensor>(this: T, end: Tensor, weight: MapOperand): T {
    return inPlace(lerpOp.op, this, end, weight) as T;
  }
  maskedFill_<T extends Tensor>(this: T, mask: Tensor, value: number): T {
    return written(this, () => maskedFill(this, mask, value));
  }
  scatterAdd_<T extends Tensor>(this: T, axis: number, index: Tensor, source: Tensor): T {
    return written(this, () => scatterAdd(this, axis, index, source));
  }
  /** Any elementwise op in place: `x.apply_(exp)`. */
  apply_<T extends Tensor>(this: T, fn: e.InPlaceForm, ...others: readonly MapOperand[]): T {
    return inPlace(fn.op, this, ...others) as T;
  }
  copy_<T extends Tensor>(this: T, source: Tensor): T {
    return copyInPlace(this, source) as T;
  }
  fill_<T extends Tensor>(this: T, value: number): T {
    return fillInPlace(this, value) as T;
  }
  zero_<T extends Tensor>(this: T): T {
    return fillInPlace(this, 0) as T;
  }
}

/** Puts a result of the same shape into its tensor. */
function written<T extends Tensor>(target: T, compute: () => Tensor): T {
  return composed(target.device, () => copyInPlace(target, compute())) as T;
}
