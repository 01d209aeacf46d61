import { webgpu } from '@flambeau/backend-webgpu';
import { cpu, type Device, type DeviceFactory, wasm } from 'flambeau';
import { messageOf } from './worker-host.ts';

/** In order of preference. */
const factories = { wasm, webgpu, cpu } as const satisfies Record<string, DeviceFactory>;

/** Name of a device. */
export type DeviceName = keyof typeof factories;

/** Whether a device is to be had here. */
export interface DeviceState {
  readonly name: DeviceName;
  /** Why not; null when it is. */
  readonly fault: string | null;
}

/** What a device says of itself. */
export type DeviceReport = Readonly<Record<string, unknown>>;

/** The devices of a worker. */
export class Devices {
  private readonly open: ReadonlyMap<DeviceName, Device>;
  /** Of all devices, in order of preference. */
  readonly states: readonly DeviceState[];

  private constructor(open: ReadonlyMap<DeviceName, Device>, states: readonly DeviceState[]) {
    this.open = open;
    this.states = states;
  }

  /** Tries them all. */
  static async open(): Promise<Devices> {
    const open = new Map<DeviceName, Device>();
    const states = Object.entries(factories).map(async ([key, create]) => {
      const name = key as DeviceName;
      try {
        open.set(name, await create());
        return { name, fault: null };
      } catch (error) {
        return { name, fault: messageOf(error) };
      }
    });
    return new Devices(open, await Promise.all(states));
  }

  /** @throws Error when it is not to be had. */
  get(name: DeviceName): Device {
    const device = this.open.get(name);
    if (!device) throw new Error(`The device ${name} is not available here.`);
    return device;
  }

  /** What a device really runs on. */
  report(name: DeviceName): DeviceReport {
    // As plain data, which can be posted.
    return JSON.parse(JSON.stringify(this.get(name).report())) as DeviceReport;
  }
}
