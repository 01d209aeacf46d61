import { cpu } from '@flambeau/backend-cpu';
import { wasm } from '@flambeau/backend-wasm';
import { webgpu } from '@flambeau/backend-webgpu';
import type { Backend, Device, Kernel, KernelTable, MapProgram } from '@flambeau/core';
import { createDevice, deferredMaps, lateFaults, spillingMemory, steppedMaps } from '@flambeau/core';
import { gpu, hasAdapter } from '../webgpu/adapter.ts';

/** What ran on a device since the last reset. */
export interface Ran {
  maps: number;
  kernels: number;
  /** The program of the last map. */
  program: MapProgram | null;
}

/** A device that one expression graph is compiled for, and what it may do differently. */
export interface Target {
  readonly name: string;
  readonly device: Device;
  readonly ran: Ran;
  /** Maps are put off and fused; else each op is a kernel. */
  readonly defers: boolean;
  /** Arithmetic may take subnormal numbers for zeros. */
  readonly flushes: boolean;
  /** Largest distance of transcendental results from the true ones, in units in the last place of float32. */
  readonly ulps: number;
}

/** The same backend, counting. */
function counting(backend: Backend, ran: Ran): Backend {
  const { map, ...rest } = backend.kernels;
  const others = Object.entries(rest).map(([name, kernel]) => {
    const counted: Kernel<never> = (...args) => {
      ran.kernels++;
      return (kernel as Kernel<never>)(...args);
    };
    return [name, counted] as const;
  });
  return {
    ...backend,
    kernels: {
      ...(Object.fromEntries(others) as unknown as KernelTable),
      map: (program, inputs, scalars, output) => {
        ran.maps++;
        ran.program = program;
        map(program, inputs, scalars, output);
      },
    },
  };
}

type Traits = Omit<Target, 'name' | 'device' | 'ran'>;

function target(name: string, base: Backend, traits: Traits): Target {
  const ran: Ran = { maps: 0, kernels: 0, program: null };
  const { defers: defer } = traits;
  const backend = counting(
    { ...base, capabilities: { ...base.capabilities, defer, explicitMemory: defer } },
    ran,
  );
  const parts = { memory: spillingMemory, deferral: deferredMaps, steps: steppedMaps, faults: lateFaults };
  return { name, device: createDevice(backend, parts), ran, ...traits };
}

/** cpu in single steps, cpu with deferral, emitted wasm, and WGSL where there is an adapter. */
export const targets: readonly Target[] = [
  target('cpu, op by op', cpu().backend, { defers: false, flushes: false, ulps: 1 }),
  target('cpu, fused', cpu().backend, { defers: true, flushes: false, ulps: 1 }),
  target('wasm', (await wasm()).backend, { defers: true, flushes: false, ulps: 1 }),
  ...(hasAdapter
    ? [target('webgpu', (await webgpu({ gpu })).backend, { defers: true, flushes: true, ulps: 3 })]
    : []),
];

/** Distance of two float32 numbers, in units in the last place. 0 for two NaNs; Infinity if only one is NaN. */
export function ulpsBetween(a: number, b: number): number {
  if (Object.is(a, b)) return 0;
  if (Number.isNaN(a) || Number.isNaN(b)) return Infinity;
  const [x = 0, y = 0] = [...new Int32Array(Float32Array.of(a, b).buffer)].map((bits) =>
    bits < 0 ? -(bits & 0x7fffffff) : bits,
  );
  return Math.abs(x - y);
}
