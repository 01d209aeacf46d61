import { type Device, DeviceError } from '@flambeau/core';

/** Makes a device, or fails where the machine cannot. */
export type DeviceFactory = () => Device | Promise<Device>;

/**
 * The first device that this machine can make.
 *
 * @param factories - in order of preference.
 * @throws DeviceError when none works; the message has the reason of each.
 *
 * @example
 * ```ts
 * import { cpu, pick, setDefaultDevice, wasm } from 'flambeau';
 * setDefaultDevice(await pick([wasm, cpu]));
 * ```
 */
export async function pick(factories: readonly DeviceFactory[]): Promise<Device> {
  const reasons: string[] = [];
  for (const factory of factories) {
    try {
      return await factory();
    } catch (error) {
      reasons.push(
        `${factory.name || 'a device'}: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
  throw new DeviceError(
    'pick',
    `no device works: got ${reasons.join('; ') || 'an empty list'}, expected one that does. Add cpu at the end.`,
    { reasons },
  );
}
