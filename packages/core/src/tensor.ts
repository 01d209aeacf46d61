import type { Device } from './device.ts';
import type { DType, TypedArray } from './dtype.ts';
import type { BackwardOptions, GraphNode } from './engine.ts';
import { ArgumentError, AutogradMissingError, ShapeError } from './errors.ts';
import { noteMade } from './memory/scope.ts';
import type { Storage } from './memory/storage.ts';
import { dropHandle } from './memory/storage.ts';
import type { NestedArray } from './read.ts';
import { nest, readData, readDataSync } from './read.ts';
import { runtime } from './runtime.ts';
import { formatShape, sizeOf } from './shape.ts';

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
  /** What {@link grad} gives. @internal */
  declare leafGrad: Tensor | null;
  /** True while the leaf alone knows its gradient, which may then be released with it. @internal */
  declare gradIsSecret: boolean;
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
    this.leafGrad = null;
    this.gradIsSecret = false;
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

  /** The gradient that `backward` accumulated, for leaves that require one. */
  get grad(): Tensor | null {
    this.gradIsSecret = false;
    return this.leafGrad;
  }

  set grad(gradient: Tensor | null) {
    const before = this.leafGrad;
    // Without this, a loop that never gives way keeps every gradient until it spills.
    if (this.gradIsSecret && before !== gradient) before?.dispose();
    this.leafGrad = gradient;
    this.gradIsSecret = false;
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

  /** Dtype and shape; the values too where {@link TensorMethods} are loaded. */
  toString(): string {
    return `Tensor(${this.dtype} ${formatShape(this.shape)})`;
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

/** True for tensors of any copy of this package. */
export function isTensor(value: unknown): value is Tensor {
  return typeof value === 'object' && value !== null && (value as { brand?: unknown }).brand === BRAND;
}
