import type { Device } from './device.ts';
import { getHostDevice } from './device.ts';
import type { DType, TypedArray } from './dtype.ts';
import type { BackwardOptions, GraphNode } from './engine.ts';
import { ArgumentError, AutogradMissingError, ShapeError } from './errors.ts';
import { composed } from './memory/composed.ts';
import { noteMade } from './memory/scope.ts';
import type { Storage } from './memory/storage.ts';
import { dropHandle } from './memory/storage.ts';
import type { Index } from './ops/at.ts';
import { at, setAt } from './ops/at.ts';
import { clone, contiguous } from './ops/copy.ts';
import * as e from './ops/elementwise.ts';
import { gather, indexSelect, maskedFill, scatterAdd } from './ops/indexing.ts';
import type { MapOperand } from './ops/map-op.ts';
import { matmul } from './ops/matmul.ts';
import type { ReduceOptions, SumOptions, ValuesAndIndices, VarOptions } from './ops/reduce.ts';
import * as r from './ops/reduce.ts';
import { transfer, transferAsync } from './ops/transfer.ts';
import * as v from './ops/view.ts';
import { copyInPlace, fillInPlace, inPlace } from './ops/write.ts';
import { print, summary } from './print.ts';
import type { NestedArray } from './read.ts';
import { nest, readData, readDataSync } from './read.ts';
import { runtime } from './runtime.ts';
import { formatShape, isContiguous, sizeOf } from './shape.ts';

/** Recognises tensors of every copy of this package. */
const BRAND: symbol = Symbol.for('flambeau.tensor');

/**
 * An n-dimensional array on a device.
 *
 * Tensors are handles: many may share one storage as views of it. They need no memory calls: what nobody can reach any
 * more is freed. Made by {@link tensor}, {@link zeros} and kin, and by every op.
 *
 * @example
 * ```ts
 * import { tensor } from '@flambeau/core';
 * const x = tensor([[1, 2], [3, 4]]);
 * await x.matmul(x).sum().item(); // 54
 * ```
 */
export class Tensor {
  /** @internal */
  declare readonly storage: Storage;
  declare readonly dtype: DType;
  /** Sizes of the dimensions, outermost first. */
  declare readonly shape: readonly number[];
  /** Distance between neighbours along each dimension, in elements. */
  declare readonly strides: readonly number[];
  /** Position of the first element in the storage. */
  declare readonly offset: number;
  /** The gradient that `backward` accumulated, for leaves that require one. */
  declare grad: Tensor | null;
  /** The recorded call that made this tensor; null for leaves. @internal */
  declare node: GraphNode | null;
  /** @internal */
  declare nodeOutput: number;
  /** The storage's version when `node` was set. @internal */
  declare nodeVersion: number;
  /** @internal */
  declare leafRequiresGrad: boolean;
  /** @internal */
  declare released: boolean;

  /** @internal Use {@link tensor} and kin. */
  constructor(
    storage: Storage,
    dtype: DType,
    shape: readonly number[],
    strides: readonly number[],
    offset: number,
  ) {
    this.storage = storage;
    this.dtype = dtype;
    this.shape = shape;
    this.strides = strides;
    this.offset = offset;
    this.grad = null;
    this.node = null;
    this.nodeOutput = 0;
    this.nodeVersion = 0;
    this.leafRequiresGrad = false;
    this.released = false;
    storage.handles++;
    const { scope } = runtime;
    if (scope !== null) noteMade(scope, this);
  }

  /** @internal */
  get brand(): symbol {
    return BRAND;
  }

  // Node's console.log shows a tensor as String(x) does.
  static {
    const inspect = Symbol.for('nodejs.util.inspect.custom');
    Object.defineProperty(Tensor.prototype, inspect, { value: Tensor.prototype.toString });
  }

  /** True for tensors of any copy of this package. */
  static [Symbol.hasInstance](value: unknown): boolean {
    return isTensor(value);
  }

  /** The device that holds the values. */
  get device(): Device {
    return this.storage.buffer.device;
  }

  /** Number of dimensions. */
  get ndim(): number {
    return this.shape.length;
  }

  /** Number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }

  /** Number of elements: PyTorch's name for {@link size}. */
  numel(): number {
    return this.size;
  }

  /** True for tensors that no recorded op made. */
  get isLeaf(): boolean {
    return this.node === null;
  }

  /** Whether operations on this tensor are recorded. Can be set on leaves of a float dtype. */
  get requiresGrad(): boolean {
    return this.leafRequiresGrad || this.node !== null;
  }

  set requiresGrad(value: boolean) {
    if (this.node) {
      throw new ArgumentError(
        'requiresGrad',
        `only leaves can be told whether they require a gradient: got a result of ${this.node.name}, expected a leaf. Use x.detach().`,
      );
    }
    if (value && this.dtype !== 'float32' && this.dtype !== 'float64') {
      throw new ArgumentError(
        'requiresGrad',
        `only floats have gradients: got ${this.dtype}, expected a float dtype.`,
        { dtype: this.dtype },
      );
    }
    this.leafRequiresGrad = value;
  }

  /** Sets {@link requiresGrad} and returns the tensor. */
  requiresGrad_(value = true): this {
    this.requiresGrad = value;
    return this;
  }

  // Reading

  /** A copy of the values in row-major order. bool comes as 0 and 1. */
  async data(): Promise<TypedArray> {
    return readData(this);
  }

  /** {@link data} at once. @throws {@link AsyncReadError} on devices that can only be read asynchronously. */
  dataSync(): TypedArray {
    return readDataSync(this);
  }

  /** The value of a tensor with one element. @throws {@link ShapeError} when there are more, or none. */
  async item(): Promise<number> {
    checkSingle(this, 'item');
    return (await readData(this))[0] as number;
  }

  /** {@link item} at once. @throws {@link AsyncReadError} on devices that can only be read asynchronously. */
  itemSync(): number {
    checkSingle(this, 'itemSync');
    return readDataSync(this, 'itemSync', 'await x.item()')[0] as number;
  }

  /** The values as nested arrays. */
  async toArray(): Promise<NestedArray> {
    return nest(await readData(this), this.shape, this.dtype === 'bool');
  }

  /** Shows the values where they can be read at once, else what can be said without. */
  toString(): string {
    return summary(this);
  }

  /** Writes the values to the console, on any device. */
  async print(): Promise<void> {
    await print(this);
  }

  // Devices and dtypes

  /**
   * The same values on another device, or as another dtype.
   *
   * @throws {@link AsyncReadError} from a device that can only be read asynchronously: use {@link toAsync} or {@link cpu}.
   */
  to(target: Device | DType): Tensor {
    return typeof target === 'string' ? e.castTo(this, target) : transfer(this, target);
  }

  /** The same values on another device, from any device. */
  async toAsync(device: Device): Promise<Tensor> {
    return transferAsync(this, device);
  }

  /**
   * The same values on the host: on `device`, by default the first device made whose memory is the host's own.
   *
   * @throws {@link DeviceError} when there is no such device.
   */
  async cpu(device: Device = getHostDevice()): Promise<Tensor> {
    return transferAsync(this, device);
  }

  // Autograd

  /**
   * Accumulates the gradients of this tensor into `grad` of the leaves it came from.
   *
   * @param gradient - the gradient of this tensor; may be left out for a single value (then 1).
   * @throws {@link AutogradMissingError} without `import '@flambeau/autograd'`.
   */
  backward(gradient?: Tensor, options: BackwardOptions = {}): void {
    if (!runtime.engine) throw new AutogradMissingError('backward');
    runtime.engine.backward(this, gradient, options);
  }

  /** {@link backward} for graphs that cross from a device that can only be read asynchronously. */
  async backwardAsync(gradient?: Tensor, options: BackwardOptions = {}): Promise<void> {
    if (!runtime.engine) throw new AutogradMissingError('backwardAsync');
    await runtime.engine.backwardAsync(this, gradient, options);
  }

  /** The same values outside of the graph; shares memory. */
  detach(): Tensor {
    return new Tensor(this.storage, this.dtype, this.shape, this.strides, this.offset);
  }

  // Memory

  /** Releases this handle now. Nobody has to call it. Using the tensor afterwards is an error. */
  dispose(): void {
    if (this.released) return;
    this.released = true;
    dropHandle(this.storage);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  // Arithmetic. Other operands are tensors or numbers, broadcast.

  /** this + other · alpha. */
  add(other: MapOperand, options?: { readonly alpha?: number }): Tensor {
    if (!options) return e.add(this, other);
    return composed(this.device, () => e.add(this, scaled(other, options.alpha)));
  }
  /** this − other · alpha. */
  sub(other: MapOperand, options?: { readonly alpha?: number }): Tensor {
    if (!options) return e.sub(this, other);
    return composed(this.device, () => e.sub(this, scaled(other, options.alpha)));
  }
  mul(other: MapOperand): Tensor {
    return e.mul(this, other);
  }
  div(other: MapOperand): Tensor {
    return e.div(this, other);
  }
  pow(exponent: MapOperand): Tensor {
    return exponent === 2 ? e.square(this) : e.pow(this, exponent);
  }
  fmod(other: MapOperand): Tensor {
    return e.fmod(this, other);
  }
  remainder(other: MapOperand): Tensor {
    return e.remainder(this, other);
  }
  maximum(other: MapOperand): Tensor {
    return e.maximum(this, other);
  }
  minimum(other: MapOperand): Tensor {
    return e.minimum(this, other);
  }
  neg(): Tensor {
    return e.neg(this);
  }
  abs(): Tensor {
    return e.abs(this);
  }
  sign(): Tensor {
    return e.sign(this);
  }
  square(): Tensor {
    return e.square(this);
  }
  reciprocal(): Tensor {
    return e.reciprocal(this);
  }
  exp(): Tensor {
    return e.exp(this);
  }
  log(): Tensor {
    return e.log(this);
  }
  log1p(): Tensor {
    return e.log1p(this);
  }
  expm1(): Tensor {
    return e.expm1(this);
  }
  sqrt(): Tensor {
    return e.sqrt(this);
  }
  rsqrt(): Tensor {
    return e.rsqrt(this);
  }
  sin(): Tensor {
    return e.sin(this);
  }
  cos(): Tensor {
    return e.cos(this);
  }
  tanh(): Tensor {
    return e.tanh(this);
  }
  sigmoid(): Tensor {
    return e.sigmoid(this);
  }
  relu(): Tensor {
    return e.relu(this);
  }
  floor(): Tensor {
    return e.floor(this);
  }
  ceil(): Tensor {
    return e.ceil(this);
  }
  round(): Tensor {
    return e.round(this);
  }
  trunc(): Tensor {
    return e.trunc(this);
  }
  clamp(min?: MapOperand | null, max?: MapOperand | null): Tensor {
    return e.clamp(this, min, max);
  }
  isnan(): Tensor {
    return e.isnan(this);
  }
  eq(other: MapOperand): Tensor {
    return e.eq(this, other);
  }
  ne(other: MapOperand): Tensor {
    return e.ne(this, other);
  }
  lt(other: MapOperand): Tensor {
    return e.lt(this, other);
  }
  le(other: MapOperand): Tensor {
    return e.le(this, other);
  }
  gt(other: MapOperand): Tensor {
    return e.gt(this, other);
  }
  ge(other: MapOperand): Tensor {
    return e.ge(this, other);
  }
  /** this where the condition holds, else other. */
  where(condition: Tensor, other: MapOperand): Tensor {
    return e.where(condition, this, other);
  }
  maskedFill(mask: Tensor, value: number): Tensor {
    return maskedFill(this, mask, value);
  }

  // Reductions. Without dimensions, over all of them.

  sum(axes?: number | readonly number[], options?: SumOptions): Tensor {
    return r.sum(this, axes, options);
  }
  mean(axes?: number | readonly number[], options?: SumOptions): Tensor {
    return r.mean(this, axes, options);
  }
  var(axes?: number | readonly number[], options?: VarOptions): Tensor {
    return r.variance(this, axes, options);
  }
  std(axes?: number | readonly number[], options?: VarOptions): Tensor {
    return r.std(this, axes, options);
  }
  amax(axes?: number | readonly number[], options?: ReduceOptions): Tensor {
    return r.amax(this, axes, options);
  }
  amin(axes?: number | readonly number[], options?: ReduceOptions): Tensor {
    return r.amin(this, axes, options);
  }
  /** The largest element; along a dimension also where it was found. */
  max(): Tensor;
  max(axis: number, options?: ReduceOptions): ValuesAndIndices;
  max(axis?: number, options?: ReduceOptions): Tensor | ValuesAndIndices {
    return axis === undefined ? r.amax(this) : r.maxAlong(this, axis, options);
  }
  /** The smallest element; along a dimension also where it was found. */
  min(): Tensor;
  min(axis: number, options?: ReduceOptions): ValuesAndIndices;
  min(axis?: number, options?: ReduceOptions): Tensor | ValuesAndIndices {
    return axis === undefined ? r.amin(this) : r.minAlong(this, axis, options);
  }
  argmax(axis?: number, options?: ReduceOptions): Tensor {
    return r.argmax(this, axis, options);
  }
  argmin(axis?: number, options?: ReduceOptions): Tensor {
    return r.argmin(this, axis, options);
  }
  any(axes?: number | readonly number[], options?: ReduceOptions): Tensor {
    return r.any(this, axes, options);
  }
  all(axes?: number | readonly number[], options?: ReduceOptions): Tensor {
    return r.all(this, axes, options);
  }

  // Linear algebra

  matmul(other: Tensor): Tensor {
    return matmul(this, other);
  }

  // Shape and indexing

  reshape(shape: readonly number[]): Tensor {
    return v.reshape(this, shape);
  }
  /** {@link reshape} that never copies. @throws {@link ShapeError} when the layout does not allow a view. */
  view(shape: readonly number[]): Tensor {
    const result = v.reshape(this, shape);
    if (result.storage !== this.storage) {
      throw new ShapeError(
        'view',
        `the layout does not allow a view: got ${formatShape(this.shape)} with strides ${formatShape(this.strides)} for ${formatShape(shape)}, expected a compatible layout. Use reshape.`,
        { shape },
      );
    }
    return result;
  }
  flatten(start?: number, end?: number): Tensor {
    return v.flatten(this, start, end);
  }
  /** Dimensions in another order, named one by one or in an array. */
  permute(...axes: readonly number[] | [readonly number[]]): Tensor {
    return v.permute(this, axes.flat());
  }
  transpose(a: number, b: number): Tensor {
    return v.transpose(this, a, b);
  }
  /** The transpose of a matrix. @throws {@link ShapeError} for more than two dimensions. */
  t(): Tensor {
    if (this.ndim > 2)
      throw new ShapeError(
        't',
        `not a matrix: got ${formatShape(this.shape)}, expected at most 2 dimensions. Use transpose or mT.`,
        { shape: this.shape },
      );
    return this.ndim < 2 ? this : v.transpose(this, 0, 1);
  }
  /** The transpose of a matrix: {@link t}. */
  get T(): Tensor {
    return this.t();
  }
  /** The last two dimensions exchanged. */
  get mT(): Tensor {
    return v.mT(this);
  }
  expand(shape: readonly number[]): Tensor {
    return v.expand(this, shape);
  }
  squeeze(axes?: number | readonly number[]): Tensor {
    return v.squeeze(this, axes);
  }
  unsqueeze(axis: number): Tensor {
    return v.unsqueeze(this, axis);
  }
  narrow(axis: number, start: number, length: number): Tensor {
    return v.narrow(this, axis, start, length);
  }
  select(axis: number, position: number): Tensor {
    return v.select(this, axis, position);
  }
  flip(axes: number | readonly number[]): Tensor {
    return v.flip(this, axes);
  }
  /** Part of the tensor: see {@link at}. */
  at(...indices: readonly Index[]): Tensor {
    return at(this, indices);
  }
  /** Writes into part of the tensor: see {@link setAt}. */
  setAt(indices: readonly Index[], value: Tensor | number): this {
    setAt(this, indices, value);
    return this;
  }
  gather(axis: number, index: Tensor): Tensor {
    return gather(this, axis, index);
  }
  scatterAdd(axis: number, index: Tensor, source: Tensor): Tensor {
    return scatterAdd(this, axis, index, source);
  }
  indexSelect(axis: number, index: Tensor): Tensor {
    return indexSelect(this, axis, index);
  }
  clone(): Tensor {
    return clone(this);
  }
  contiguous(): Tensor {
    return contiguous(this);
  }
  /** True when the elements are in row-major order without gaps. */
  isContiguous(): boolean {
    return isContiguous(this.shape, this.strides);
  }
  /** `fn(this)`, to join functions to a chain of methods. */
  pipe<T>(fn: (x: Tensor) => T): T {
    return fn(this);
  }

  // In place. Views of the same memory see the new values.

  add_(other: MapOperand, options?: { readonly alpha?: number }): this {
    if (!options) return inPlace(e.add.op, this, other) as this;
    return composed(this.device, () => inPlace(e.add.op, this, scaled(other, options.alpha))) as this;
  }
  sub_(other: MapOperand, options?: { readonly alpha?: number }): this {
    if (!options) return inPlace(e.sub.op, this, other) as this;
    return composed(this.device, () => inPlace(e.sub.op, this, scaled(other, options.alpha))) as this;
  }
  mul_(other: MapOperand): this {
    return inPlace(e.mul.op, this, other) as this;
  }
  div_(other: MapOperand): this {
    return inPlace(e.div.op, this, other) as this;
  }
  relu_(): this {
    return inPlace(e.relu.op, this) as this;
  }
  clamp_(min: number, max: number): this {
    return inPlace(e.clampOp.op, this, min, max) as this;
  }
  /** Any elementwise op in place: `x.apply_(exp)`. */
  apply_(fn: e.InPlaceForm, ...others: readonly MapOperand[]): this {
    return inPlace(fn.op, this, ...others) as this;
  }
  copy_(source: Tensor): this {
    return copyInPlace(this, source) as this;
  }
  fill_(value: number): this {
    return fillInPlace(this, value) as this;
  }
  zero_(): this {
    return fillInPlace(this, 0) as this;
  }
}

/** @throws {@link ShapeError} unless there is exactly one element. */
function checkSingle(x: Tensor, op: string): void {
  if (x.size === 1) return;
  throw new ShapeError(
    op,
    `not a single value: got shape ${formatShape(x.shape)}, expected one element. Use toArray().`,
    { shape: x.shape },
  );
}

function scaled(other: MapOperand, alpha: number | undefined): MapOperand {
  if (alpha === undefined || alpha === 1) return other;
  return typeof other === 'number' ? other * alpha : e.mul(other, alpha);
}

/** True for tensors of any copy of this package. */
export function isTensor(value: unknown): value is Tensor {
  return typeof value === 'object' && value !== null && (value as { brand?: unknown }).brand === BRAND;
}
