// Every backend of the repo in every configuration that the conformance suite runs on.
import type { BackendUnderTest } from '@flambeau/backend-conformance';
import { cpu } from '@flambeau/backend-cpu';
import { cpuPrimitives } from '@flambeau/backend-cpu/primitives';
import { wasm } from '@flambeau/backend-wasm';
import type { Backend, Capabilities, Device } from '@flambeau/core';
import { createDevice, steppedMaps } from '@flambeau/core';
import { countingDevice } from '@flambeau/core/testing';
import { template } from '@flambeau/example-backend-template';
import { useSoftwareVulkan } from '../vulkan-env.ts';

/** A backend as it is configured for a run. */
export interface Configuration extends BackendUnderTest {
  /** What is special about it. */
  readonly about: string;
  /** Whether `npm test` runs it, or only `npm run conformance:all`. */
  readonly inTests: boolean;
  /** Whether the page of the docs has a column for it. */
  readonly onPage: boolean;
  /** Why it cannot be made here, or null. */
  readonly unavailable?: () => Promise<string | null>;
}

const { backend } = cpu();

/** The cpu backend with other capabilities. */
function cpuWith(capabilities: Partial<Capabilities>, more: Partial<Backend> = {}): Device {
  return createDevice(
    { ...backend, ...more, capabilities: { ...backend.capabilities, ...capabilities } },
    { steps: steppedMaps },
  );
}

const budget = 1 << 18;
/** Memory is only given back at awaits: it must hold what the cases of a cell use side by side. */
const asyncBudget = 1 << 23;

const inexactFmod: NonNullable<BackendUnderTest['xfail']> = [
  {
    reason: 'the tier-1 definition of fmod is exact while |x/y| < 2^24, and the pairs have 1e30 and 1e-30',
    cases: [
      { subject: 'fmod', title: 'fmod([12, 1], [12])' },
      { subject: 'remainder', title: 'remainder([12, 1], [12])' },
    ],
  },
];

useSoftwareVulkan();
/** WebGPU's implementation. Held for good: when it is collected, its devices take the process with them. */
let gpu: GPU | null = null;

async function openGpu(): Promise<GPU> {
  const { create } = await import('webgpu');
  gpu ??= create([]);
  return gpu;
}

const noAdapter = async (): Promise<string | null> =>
  (await (await openGpu()).requestAdapter()) ? null : 'no WebGPU adapter on this machine';

export const configurations: readonly Configuration[] = [
  { name: 'cpu', about: 'plain JavaScript', inTests: true, onPage: true, create: cpu },
  {
    name: 'template',
    about: 'examples/backend-template: the required kernels alone, one scalar operation at a time',
    inTests: true,
    onPage: true,
    create: template,
  },
  { name: 'wasm', about: 'kernels emitted at run time', inTests: true, onPage: true, create: () => wasm() },
  {
    name: 'wasm-threads',
    about: 'wasm on more threads than most machines have cores',
    inTests: false,
    onPage: false,
    create: () => wasm({ threads: 8 }),
  },
  {
    name: 'wasm-one-thread',
    about: 'wasm where there is neither shared memory nor a worker',
    inTests: false,
    onPage: false,
    create: () => wasm({ threads: 1 }),
  },
  {
    name: 'wasm-spilling',
    about: 'wasm with little memory, which is spilled all the time',
    inTests: false,
    onPage: false,
    create: () => wasm({ memoryBudget: 1 << 20 }),
  },
  {
    name: 'wasm-revectorized',
    about: 'wasm with vectors of 256 bits, an experiment of V8',
    inTests: false,
    onPage: false,
    create: () => wasm({ revectorize: true }),
    unavailable: async () =>
      (await wasm({ revectorize: true })).report()['revectorized'] ? null : 'needs Node 24 or later',
  },
  {
    name: 'webgpu',
    about: 'kernels as WGSL written at run time; second derivatives are compared with the cpu',
    inTests: false,
    onPage: true,
    create: async () => {
      const { webgpu } = await import('@flambeau/backend-webgpu');
      return webgpu({ gpu: await openGpu() });
    },
    reference: cpu,
    unavailable: noAdapter,
  },
  {
    name: 'webgpu-hardware',
    about: 'webgpu with the kernels that it takes for GPUs, on whatever adapter there is',
    inTests: false,
    onPage: false,
    create: async () => {
      const { webgpu } = await import('@flambeau/backend-webgpu');
      return webgpu({ gpu: await openGpu(), kernels: 'hardware' });
    },
    reference: cpu,
    unavailable: noAdapter,
  },
  {
    name: 'cpu-steps',
    about: 'cpu that is given one tier-1 operation at a time',
    inTests: true,
    onPage: false,
    create: () => cpuWith({ fuse: false }, { scalarFunctions: new Set() }),
    xfail: inexactFmod,
  },
  {
    name: 'counting-async',
    about: 'counted and poisoned memory, deferred maps, reads that take a turn of the event loop',
    inTests: true,
    onPage: false,
    create: () => countingDevice(backend, { budget: asyncBudget, defer: true, syncRead: false }),
  },
  {
    name: 'cpu-primitives',
    about: "cpu's small variant: the required kernels alone, as plain loops",
    inTests: false,
    onPage: false,
    create: cpuPrimitives,
  },
  {
    name: 'cpu-three-dtypes',
    about: 'cpu with float32, int32 and bool alone, as small GPUs have',
    inTests: false,
    onPage: false,
    create: () => cpuWith({ dtypes: ['float32', 'int32', 'bool'] }),
    reference: cpu,
  },
  {
    name: 'counting',
    about: 'counted and poisoned memory, little of it',
    inTests: false,
    onPage: false,
    create: () => countingDevice(backend, { budget }),
  },
  {
    name: 'counting-deferred',
    about: 'counted and poisoned memory, little of it, deferred maps',
    inTests: false,
    onPage: false,
    create: () => countingDevice(backend, { budget, defer: true }),
  },
];

/** The configurations of these names. @throws Error for a name that there is not. */
export function configured(...names: readonly string[]): Configuration[] {
  return names.map((name) => {
    const found = configurations.find((one) => one.name === name);
    if (found) return found;
    throw new Error(
      `no backend '${name}': expected one of ${configurations.map((one) => one.name).join(', ')}`,
    );
  });
}
