import type { Device } from '../device.ts';
import { getHostDevice } from '../device.ts';
import type { DType } from '../dtype.ts';
import { castTo } from '../ops/elementwise.ts';
import { transfer, transferAsync } from '../ops/transfer.ts';
import { print, summary } from '../print.ts';
import type { Tensor } from '../tensor.ts';

/** Other devices, other dtypes, and text. */
export class ConversionMethods {
  /**
   * The same values on another device, or as another dtype.
   *
   * @throws {@link AsyncReadError} from a device that can only be read asynchronously: use {@link toAsync} or {@link cpu}.
   */
  to(this: Tensor, target: Device | DType): Tensor {
    return typeof target === 'string' ? castTo(this, target) : transfer(this, target);
  }

  /** The same values on another device, from any device. */
  async toAsync(this: Tensor, device: Device): Promise<Tensor> {
    return transferAsync(this, device);
  }

  /**
   * The same values on the host: on `device`, by default the first device made whose memory is the host's own.
   *
   * @throws {@link DeviceError} when there is no such device.
   */
  async cpu(this: Tensor, device: Device = getHostDevice()): Promise<Tensor> {
    return transferAsync(this, device);
  }

  /** Shows the values where they can be read at once, else what can be said without. */
  toString(this: Tensor): string {
    return summary(this);
  }

  /** Writes the values to the console, on any device. */
  async print(this: Tensor): Promise<void> {
    await print(this);
  }
}
