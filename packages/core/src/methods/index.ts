import { Tensor } from '../tensor.ts';
import { ArithmeticMethods } from './arithmetic.ts';
import { ConversionMethods } from './conversion.ts';
import { InPlaceMethods } from './in-place.ts';
import { ReductionMethods } from './reduction.ts';
import { ShapeMethods } from './shape.ts';

/** The ops that are methods of tensors too: `x.add(y).relu().sum()`. */
export interface TensorMethods
  extends ArithmeticMethods,
    ConversionMethods,
    InPlaceMethods,
    ReductionMethods,
    ShapeMethods {}

declare module '../tensor.ts' {
  interface Tensor extends TensorMethods {}
}

for (const { prototype } of [
  ArithmeticMethods,
  ConversionMethods,
  InPlaceMethods,
  ReductionMethods,
  ShapeMethods,
]) {
  const { constructor: _constructor, ...methods } = Object.getOwnPropertyDescriptors(prototype);
  Object.defineProperties(Tensor.prototype, methods);
}

// Node's console.log shows a tensor as String(x) does.
Object.defineProperty(Tensor.prototype, Symbol.for('nodejs.util.inspect.custom'), {
  value: ConversionMethods.prototype.toString,
});
