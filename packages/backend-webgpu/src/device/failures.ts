import type { FlambeauError } from '@flambeau/core/functional';
import { DeviceError, DeviceLostError, MemoryBudgetError } from '@flambeau/core/functional';

/**
 * What the device refused, which it tells whenever it likes: kept until the next await. An error is told once, since
 * only what was computed meanwhile is wrong; a lost device stays lost.
 */
export class Failures {
  #lost: DeviceLostError | null = null;
  #first: FlambeauError | null = null;

  constructor(device: GPUDevice) {
    device.addEventListener('uncapturederror', ({ error }) => this.note(refusal(error)));
    void device.lost.then(({ reason, message }) => {
      this.#lost = new DeviceLostError(
        'webgpu',
        `the device was lost: got ${reason}${message && ` (${message})`}, expected it to live. Make a new one with await webgpu() and go on from the last checkpoint.`,
        { reason, message },
      );
    });
  }

  /** Keeps an error for the next await. */
  note(error: FlambeauError): void {
    this.#first ??= error;
  }

  /** The error to throw now, if any. */
  take(): FlambeauError | null {
    if (this.#lost) return this.#lost;
    const first = this.#first;
    this.#first = null;
    return first;
  }

  /** Whether the device is gone for good. */
  get lost(): boolean {
    return this.#lost !== null;
  }
}

function refusal(error: GPUError): FlambeauError {
  const { message } = error;
  if (error.constructor.name === 'GPUOutOfMemoryError') {
    return new MemoryBudgetError(
      'webgpu',
      `the device has no memory left: got ${message} Use smaller batches, or webgpu({ memoryBudget }) so that values are spilled earlier.`,
    );
  }
  return new DeviceError('webgpu', `the device refused a command: got ${message}`);
}
