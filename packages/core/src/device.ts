import type { Backend, Capabilities, Kernel } from './backend.ts';
import type { Deferral } from './dispatch/deferral.ts';
import type { LateFaults } from './dispatch/late-faults.ts';
import type { MapRunner } from './dispatch/run-map.ts';
import { DeviceError } from './errors.ts';
import type { DeviceMemory, MemoryStats } from './memory/device-memory.ts';
import { collectedMemory } from './memory/device-memory.ts';
import { runtime } from './runtime.ts';

/** A backend with the state that core keeps for it. Tensors live on a device. */
export interface Device {
  /** The backend's name, shown in messages. */
  readonly name: string;
  readonly backend: Backend;
  readonly capabilities: Capabilities;
  /** @internal */
  readonly memory: DeviceMemory;
  /** @internal */
  readonly deferral: Deferral | null;
  /** @internal Runs maps that the backend cannot take whole. */
  readonly steps: MapRunner | null;
  /** @internal Set where kernels cannot return faults. */
  readonly faults: LateFaults | null;
  /** The kernel for an op, if this device has one. */
  kernel(op: string): Kernel<never> | undefined;
  /** Adds or replaces the kernel of an op: the way to bring custom ops and faster kernels. */
  register(op: string, kernel: Kernel<never>): void;
  /** What the device really runs on: versions, features, limits, fallbacks and why. */
  report(): Readonly<Record<string, unknown>>;
  /** Blocks and bytes in use now. All zero where the collector owns memory. */
  stats(): MemoryStats;
}

/** Parts of core that only some devices need, handed over so that bundles without them stay small. */
export interface DeviceParts {
  /** For backends with `explicitMemory`: {@link spillingMemory}. */
  readonly memory?: (backend: Backend) => DeviceMemory;
  /** For backends that `defer`: {@link deferredMaps}. */
  readonly deferral?: Deferral;
  /** For backends that do not `fuse`, or that limit `maxMapInputs`: {@link steppedMaps}. */
  readonly steps?: MapRunner;
  /** For backends with `takeFault`: {@link lateFaults}. */
  readonly faults?: LateFaults;
}

/**
 * Makes a device from a backend. Backends call it in their factory, so that users write `setDefaultDevice(cpu())`.
 *
 * @throws {@link DeviceError} when the backend's capabilities need a part that is missing.
 *
 * @example
 * ```ts
 * import { createDevice, deferredMaps, spillingMemory, type Backend, type Device } from '@flambeau/core';
 * export function myDevice(backend: Backend): Device {
 *   return createDevice(backend, { memory: spillingMemory, deferral: deferredMaps });
 * }
 * ```
 */
export function createDevice(backend: Backend, parts: DeviceParts = {}): Device {
  const { capabilities } = backend;
  const { explicitMemory, defer, fuse, maxMapInputs } = capabilities;
  const part = <Name extends keyof DeviceParts>(name: Name, needed: unknown): DeviceParts[Name] | null => {
    if (!needed) return null;
    const given = parts[name];
    if (given) return given;
    throw new DeviceError(
      'createDevice',
      `a part is missing: got a backend '${backend.name}' that needs '${name}', expected it in the second argument. See DeviceParts.`,
    );
  };
  const memory = part('memory', explicitMemory)?.(backend) ?? collectedMemory(backend);
  const kernels = new Map<string, Kernel<never>>(
    Object.entries(backend.kernels) as [string, Kernel<never>][],
  );
  const device: Device = {
    name: backend.name,
    backend,
    capabilities,
    memory,
    deferral: part('deferral', defer) ?? null,
    steps: part('steps', !fuse || maxMapInputs !== undefined) ?? null,
    faults: part('faults', backend.takeFault) ?? null,
    kernel: (op) => kernels.get(op),
    register: (op, kernel) => void kernels.set(op, kernel),
    report: () => ({ backend: backend.name, ...backend.report?.() }),
    stats: () => memory.stats(),
  };
  if (capabilities.syncRead && !explicitMemory) runtime.hostDevice ??= device;
  return device;
}

/** The first device made whose memory is the host's own: where `x.cpu()` goes. @throws {@link DeviceError} without one. */
export function getHostDevice(): Device {
  const device = runtime.hostDevice;
  if (!device) {
    throw new DeviceError(
      'cpu',
      "no host device yet: got none, expected one made before. For instance: `import { cpu } from '@flambeau/backend-cpu'; await x.cpu(cpu())`.",
    );
  }
  return device;
}

/**
 * Sets the device on which tensors are made when no other is named.
 *
 * @example
 * ```ts
 * import { setDefaultDevice, tensor } from '@flambeau/core';
 * import { cpu } from '@flambeau/backend-cpu';
 * setDefaultDevice(cpu());
 * tensor([1, 2, 3]).device.name; // 'cpu'
 * ```
 */
export function setDefaultDevice(device: Device): void {
  runtime.defaultDevice = device;
}

/** The device on which tensors are made when no other is named. @throws {@link DeviceError} when none was set. */
export function getDefaultDevice(): Device {
  const device = runtime.defaultDevice;
  if (!device) {
    throw new DeviceError(
      'getDefaultDevice',
      "no device yet: got none, expected a call of setDefaultDevice(). For instance: `import { cpu } from '@flambeau/backend-cpu'; setDefaultDevice(cpu())`, or import everything from 'flambeau'.",
    );
  }
  return device;
}
