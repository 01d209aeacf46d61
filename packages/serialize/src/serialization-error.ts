import type { ErrorDetails } from '@flambeau/core';
import { FlambeauError } from '@flambeau/core';

/** A file is not what it claims to be, or a value cannot be written. */
export class SerializationError extends FlambeauError {
  constructor(op: string, fault: string, details?: ErrorDetails) {
    super('serialization', op, fault, details);
  }
}
