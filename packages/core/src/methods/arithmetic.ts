import { composed } from '../memory/composed.ts';
import * as e from '../ops/elementwise.ts';
import { maskedFill } from '../ops/indexing.ts';
import { bmm, dot, mm, mv } from '../ops/linalg/products.ts';
import type { MapOperand } from '../ops/map-op.ts';
import type { DivOptions } from '../ops/math/divide.ts';
import { div, floorDivide } from '../ops/math/divide.ts';
import * as x from '../ops/math/exponential.ts';
import type { NanToNumOptions, RoundOptions } from '../ops/math/rounding.ts';
import { nanToNum, round } from '../ops/math/rounding.ts';
import { matmul } from '../ops/matmul.ts';
import type { Tensor } from '../tensor.ts';

/** Elementwise methods. Other operands are tensors or numbers, broadcast. */
export class ArithmeticMethods {
  /** this + other · alpha. */
  add(this: Tensor, other: MapOperand, options?: { readonly alpha?: number }): Tensor {
    if (!options) return e.add(this, other);
    return composed(this.device, () => e.add(this, scaled(other, options.alpha)));
  }
  /** this − other · alpha. */
  sub(this: Tensor, other: MapOperand, options?: { readonly alpha?: number }): Tensor {
    if (!options) return e.sub(this, other);
    return composed(this.device, () => e.sub(this, scaled(other, options.alpha)));
  }
  mul(this: Tensor, other: MapOperand): Tensor {
    return e.mul(this, other);
  }
  /** this / other; with `roundingMode`, rounded down or towards 0. */
  div(this: Tensor, other: MapOperand, options?: DivOptions): Tensor {
    return div(this, other, options);
  }
  pow(this: Tensor, exponent: MapOperand): Tensor {
    return exponent === 2 ? e.square(this) : e.pow(this, exponent);
  }
  fmod(this: Tensor, other: MapOperand): Tensor {
    return e.fmod(this, other);
  }
  remainder(this: Tensor, other: MapOperand): Tensor {
    return e.remainder(this, other);
  }
  maximum(this: Tensor, other: MapOperand): Tensor {
    return e.maximum(this, other);
  }
  minimum(this: Tensor, other: MapOperand): Tensor {
    return e.minimum(this, other);
  }
  neg(this: Tensor): Tensor {
    return e.neg(this);
  }
  abs(this: Tensor): Tensor {
    return e.abs(this);
  }
  sign(this: Tensor): Tensor {
    return e.sign(this);
  }
  square(this: Tensor): Tensor {
    return e.square(this);
  }
  reciprocal(this: Tensor): Tensor {
    return e.reciprocal(this);
  }
  exp(this: Tensor): Tensor {
    return e.exp(this);
  }
  log(this: Tensor): Tensor {
    return e.log(this);
  }
  log1p(this: Tensor): Tensor {
    return e.log1p(this);
  }
  expm1(this: Tensor): Tensor {
    return e.expm1(this);
  }
  sqrt(this: Tensor): Tensor {
    return e.sqrt(this);
  }
  rsqrt(this: Tensor): Tensor {
    return e.rsqrt(this);
  }
  sin(this: Tensor): Tensor {
    return e.sin(this);
  }
  cos(this: Tensor): Tensor {
    return e.cos(this);
  }
  tanh(this: Tensor): Tensor {
    return e.tanh(this);
  }
  sigmoid(this: Tensor): Tensor {
    return e.sigmoid(this);
  }
  relu(this: Tensor): Tensor {
    return e.relu(this);
  }
  floor(this: Tensor): Tensor {
    return e.floor(this);
  }
  ceil(this: Tensor): Tensor {
    return e.ceil(this);
  }
  /** The nearest integer, or number with so many decimals; halves go to the even one. */
  round(this: Tensor, options?: RoundOptions): Tensor {
    return round(this, options);
  }
  trunc(this: Tensor): Tensor {
    return e.trunc(this);
  }
  clamp(this: Tensor, min?: MapOperand | null, max?: MapOperand | null): Tensor {
    return e.clamp(this, min, max);
  }
  isnan(this: Tensor): Tensor {
    return e.isnan(this);
  }
  eq(this: Tensor, other: MapOperand): Tensor {
    return e.eq(this, other);
  }
  ne(this: Tensor, other: MapOperand): Tensor {
    return e.ne(this, other);
  }
  lt(this: Tensor, other: MapOperand): Tensor {
    return e.lt(this, other);
  }
  le(this: Tensor, other: MapOperand): Tensor {
    return e.le(this, other);
  }
  gt(this: Tensor, other: MapOperand): Tensor {
    return e.gt(this, other);
  }
  ge(this: Tensor, other: MapOperand): Tensor {
    return e.ge(this, other);
  }
  /** this where the condition holds, else other. */
  where(this: Tensor, condition: Tensor, other: MapOperand): Tensor {
    return e.where(condition, this, other);
  }
  maskedFill(this: Tensor, mask: Tensor, value: number): Tensor {
    return maskedFill(this, mask, value);
  }

  isinf(this: Tensor): Tensor {
    return e.isinf(this);
  }
  isfinite(this: Tensor): Tensor {
    return e.isfinite(this);
  }
  logicalNot(this: Tensor): Tensor {
    return e.logicalNot(this);
  }
  exp2(this: Tensor): Tensor {
    return x.exp2(this);
  }
  log2(this: Tensor): Tensor {
    return x.log2(this);
  }
  log10(this: Tensor): Tensor {
    return x.log10(this);
  }
  logicalAnd(this: Tensor, other: MapOperand): Tensor {
    return e.logicalAnd(this, other);
  }
  logicalOr(this: Tensor, other: MapOperand): Tensor {
    return e.logicalOr(this, other);
  }
  logicalXor(this: Tensor, other: MapOperand): Tensor {
    return e.logicalXor(this, other);
  }
  floorDivide(this: Tensor, other: MapOperand): Tensor {
    return floorDivide(this, other);
  }
  lerp(this: Tensor, end: Tensor, weight: Tensor | number): Tensor {
    return x.lerp(this, end, weight);
  }
  nanToNum(this: Tensor, options?: NanToNumOptions): Tensor {
    return nanToNum(this, options);
  }
  mm(this: Tensor, other: Tensor): Tensor {
    return mm(this, other);
  }
  bmm(this: Tensor, other: Tensor): Tensor {
    return bmm(this, other);
  }
  mv(this: Tensor, other: Tensor): Tensor {
    return mv(this, other);
  }
  dot(this: Tensor, other: Tensor): Tensor {
    return dot(this, other);
  }
  matmul(this: Tensor, other: Tensor): Tensor {
    return matmul(this, other);
  }
}

/** other · alpha. */
export function scaled(other: MapOperand, alpha: number | undefined): MapOperand {
  if (alpha === undefined || alpha === 1) return other;
  return typeof other === 'number' ? other * alpha : e.mul(other, alpha);
}
