/** Stable machine-readable identifiers of what went wrong. */
export type ErrorCode =
  | 'shape'
  | 'dtype'
  | 'device'
  | 'device-lost'
  | 'value'
  | 'unsupported-op'
  | 'released'
  | 'graph-freed'
  | 'version'
  | 'memory-budget'
  | 'autograd-missing'
  | 'async-read'
  | 'duplicate-core'
  | 'serialization'
  | 'argument';

/** What an error knows beyond its message; keys depend on the error. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

/** The name of the class with this code, also where a bundler has shortened it. */
function nameOf(code: ErrorCode): string {
  if (code === 'dtype') return 'DTypeError';
  return `${code.replace(/(?:^|-)(.)/g, (_match, first: string) => first.toUpperCase())}Error`;
}

/**
 * Base of every error that Flambeau throws on purpose.
 *
 * The message has the form `op(): fault: got …, expected …. Hint.`
 *
 * @example
 * ```ts
 * import { FlambeauError, tensor } from '@flambeau/core';
 * try {
 *   tensor([1, 2]).reshape([3]);
 * } catch (error) {
 *   if (error instanceof FlambeauError) error.code; // 'shape'
 * }
 * ```
 */
export class FlambeauError extends Error {
  /** Stable identifier of the kind of fault. */
  declare readonly code: ErrorCode;
  /** Name of the op or function that refused, without parentheses. */
  declare readonly op: string;
  /** The values that the message mentions. */
  declare readonly details: ErrorDetails;

  constructor(code: ErrorCode, op: string, fault: string, details: ErrorDetails = {}) {
    super(`${op}(): ${fault}`);
    this.name = nameOf(code);
    this.code = code;
    this.op = op;
    this.details = details;
  }
}

/** Shapes or axes do not fit. */
export class ShapeError extends FlambeauError {
  constructor(op: string, fault: string, details?: ErrorDetails) {
    super('shape', op, fault, details);
  }
}

/** A dtype is not what the op works on. */
export class DTypeError extends FlambeauError {
  constructor(op: string, fault: string, details?: ErrorDetails) {
    super('dtype', op, fault, details);
  }
}

/** Tensors live on devices that do not mix, or a device cannot do what is asked. */
export class DeviceError extends FlambeauError {
  constructor(op: string, fault: string, details?: ErrorDetails) {
    super('device', op, fault, details);
  }
}

/** The device is gone for good: its driver was reset, it was unplugged or destroyed. Its tensors can no longer be read. */
export class DeviceLostError extends FlambeauError {
  constructor(op: string, fault: string, details?: ErrorDetails) {
    super('device-lost', op, fault, details);
  }
}

/** A value inside a tensor is invalid: an index or class label out of range, a probability above 1. */
export class ValueError extends FlambeauError {
  constructor(op: string, fault: string, details?: ErrorDetails) {
    super('value', op, fault, details);
  }
}

/** An argument that is not a tensor is invalid. */
export class ArgumentError extends FlambeauError {
  constructor(op: string, fault: string, details?: ErrorDetails) {
    super('argument', op, fault, details);
  }
}

/** The device has neither a kernel for the op nor can the op be lowered. */
export class UnsupportedOpError extends FlambeauError {
  constructor(op: string, fault: string, details?: ErrorDetails) {
    super('unsupported-op', op, fault, details);
  }
}

/** A tensor was used after `dispose()` or `tidy` released it. */
export class ReleasedError extends FlambeauError {
  constructor(op: string, fault: string, details?: ErrorDetails) {
    super('released', op, fault, details);
  }
}

/** The graph was freed by an earlier backward pass. */
export class GraphFreedError extends FlambeauError {
  constructor(op: string, fault: string, details?: ErrorDetails) {
    super('graph-freed', op, fault, details);
  }
}

/** A tensor that backward needs was modified in place. */
export class VersionError extends FlambeauError {
  constructor(op: string, fault: string, details?: ErrorDetails) {
    super('version', op, fault, details);
  }
}

/** The device has no memory left, even after spilling. */
export class MemoryBudgetError extends FlambeauError {
  constructor(op: string, fault: string, details?: ErrorDetails) {
    super('memory-budget', op, fault, details);
  }
}

/** `backward()` or `grad()` was called without the autograd package. */
export class AutogradMissingError extends FlambeauError {
  constructor(op: string) {
    super(
      'autograd-missing',
      op,
      "autograd is not loaded: got no engine, expected one. Add `import '@flambeau/autograd'` once, at the start of your program.",
    );
  }
}

/** A value was read synchronously from a device that can only be read asynchronously. */
export class AsyncReadError extends FlambeauError {
  constructor(op: string, device: string, instead: string) {
    super(
      'async-read',
      op,
      `device '${device}' can only be read asynchronously: got a synchronous read, expected an await. Use ${instead}.`,
      { device },
    );
  }
}
