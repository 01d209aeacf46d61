import { cpu } from '@flambeau/backend-cpu';
import { wasm } from '@flambeau/backend-wasm';
import { webgpu } from '@flambeau/backend-webgpu';
import { ArgumentError, type Device, DeviceError } from '@flambeau/core';

/** Makes a device, or fails where the machine cannot. */
export type DeviceFactory = () => Device | Promise<Device>;

/** A device of Flambeau's own, with its default options. */
export type DeviceName = 'webgpu' | 'wasm' | 'cpu';

const factories: Readonly<Record<DeviceName, DeviceFactory>> = { webgpu, wasm, cpu };

/**
 * The first device that this machine can make. Its `report()` tells under `passedOver` why those before it were not.
 *
 * @param candidates - in order of preference: names, or functions that make a device.
 * @throws {@link DeviceError} when none works; the message has the reason of each. {@link ArgumentError} for an unknown name.
 *
 * @example
 * ```ts
 * import { pick, setDefaultDevice } from 'flambeau';
 * const device = await pick(['webgpu', 'wasm', 'cpu']);
 * setDefaultDevice(device);
 * device.report()['passedOver']; // [] where there is WebGPU
 * ```
 */
export async function pick(candidates: readonly (DeviceName | DeviceFactory)[]): Promise<Device> {
  const passedOver: string[] = [];
  for (const candidate of candidates) {
    const factory = typeof candidate === 'string' ? named(candidate) : candidate;
    try {
      return telling(await factory(), passedOver);
    } catch (error) {
      passedOver.push(
        `${factory.name || 'a device'}: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
  throw new DeviceError(
    'pick',
    `no device works: got ${passedOver.join('; ') || 'an empty list'}, expected one that does. Add 'cpu' at the end.`,
    { reasons: passedOver },
  );
}

/** What devices say of themselves, without what was passed over: some are made once and picked often. */
const ownReports = new WeakMap<Device, Device['report']>();

function telling(device: Device, passedOver: readonly string[]): Device {
  const own = ownReports.get(device) ?? device.report;
  ownReports.set(device, own);
  return Object.assign(device, { report: () => ({ ...own.call(device), passedOver }) });
}

function named(name: DeviceName): DeviceFactory {
  const factory = Object.hasOwn(factories, name) ? factories[name] : undefined;
  if (factory) return factory;
  const known = Object.keys(factories).join(', ');
  throw new ArgumentError('pick', `no device of this name: got '${name}', expected one of ${known}.`, {
    name,
  });
}
