import { cpu } from '@flambeau/backend-cpu';
import type { WasmOptions } from '@flambeau/backend-wasm';
import { wasm } from '@flambeau/backend-wasm';
import { webgpu } from '@flambeau/backend-webgpu';
import type { Device } from '@flambeau/core';

/** The engine on WebGPU in Node. */
export const ON_DAWN = 'flambeau-webgpu';

/** Options of the device that an engine's id stands for; null for cpu. */
export type DeviceOptions = WasmOptions & { readonly threads: number; readonly revectorize?: boolean };

/** Reads `flambeau-cpu`, `flambeau-wasm-2t`, `flambeau-wasm-1t-rv`. @throws TypeError on others. */
export function deviceOptions(engine: string): DeviceOptions | null {
  if (engine === 'flambeau-cpu') return null;
  const [, threads, revectorize] = /^flambeau-wasm-(\d+)t(-rv)?$/.exec(engine) ?? [];
  if (threads === undefined)
    throw new TypeError(`no such engine: got ${engine}, expected flambeau-cpu or flambeau-wasm-1t(-rv)`);
  return { threads: Number(threads), ...(revectorize && { revectorize: true }) };
}

/** The device of an engine, or why there is none: what was asked for and not given must not pass for it. */
export async function openDevice(engine: string): Promise<Device | string> {
  if (engine === ON_DAWN) return webgpu();
  const options = deviceOptions(engine);
  if (!options) return cpu();
  const device = await wasm(options);
  const { threads, revectorized } = device.report();
  if (threads !== options.threads) return `not on ${options.threads} threads here: got ${threads}`;
  if (options.revectorize && revectorized !== true) return 'revectorize: not supported';
  return device;
}
