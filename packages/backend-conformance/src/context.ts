import type { Backend, Device, KernelTable } from '@flambeau/core';
import { createDevice, deferredMaps, lateFaults, spillingMemory, steppedMaps } from '@flambeau/core';
import { type OpName, opTable } from '@flambeau/core/testing';
import type { BackendUnderTest } from './backend-under-test.ts';
import type { Case } from './cases.ts';
import { decodeGolden, type GoldenValue } from './golden.ts';
import { goldenFiles } from './golden-files.ts';
import type { Tolerances } from './samples/spec.ts';

/** What checks are given. */
export interface Context {
  readonly device: Device;
  /** The same backend without its optional kernels. */
  readonly lowered: Device;
  /** The same backend again, on which only lifetimes are counted. */
  readonly counted: Device;
  /** What takes precedence over default tolerances, first one first. */
  tolerances(c: Case): readonly (Tolerances | undefined)[];
}

/** Ops that a backend may leave to their lowering. */
export const OPTIONAL_OPS: readonly OpName[] = [...opTable].flatMap(([name, op]) =>
  op.kind === 'kernel' && op.lower ? [name] : [],
);

/** Another device over a backend, whatever parts of core that needs. */
export function anotherDevice(backend: Backend): Device {
  return createDevice(backend, {
    memory: spillingMemory,
    deferral: deferredMaps,
    steps: steppedMaps,
    faults: lateFaults,
  });
}

/** The device's backend without the kernels that it need not have. */
export function withoutOptionalKernels(device: Device): Device {
  const { backend } = device;
  const optional: ReadonlySet<string> = new Set(OPTIONAL_OPS);
  const kernels = Object.entries(backend.kernels).filter(([name]) => !optional.has(name));
  return anotherDevice({ ...backend, kernels: Object.fromEntries(kernels) as unknown as KernelTable });
}

/** Makes the device and what the checks need beside it. */
export async function openContext(backend: BackendUnderTest): Promise<Context> {
  const device = await backend.create();
  return {
    device,
    lowered: withoutOptionalKernels(device),
    counted: anotherDevice(device.backend),
    tolerances: ({ fn, sample, samples }) => [
      backend.tolerance?.[fn],
      backend.tolerance?.['*'],
      sample.tolerance,
      samples.tolerance,
    ],
  };
}

const golden: ReadonlyMap<string, string> = new Map(
  Object.values(goldenFiles).flatMap(({ cases }) => Object.entries(cases)),
);

/** The keys under which there are golden values. */
export function goldenKeys(): Iterable<string> {
  return golden.keys();
}

/** What PyTorch gave for a case. @throws Error when it was not computed since the sample changed. */
export function goldenFor(c: Case): GoldenValue {
  const text = golden.get(c.key);
  if (text === undefined)
    throw new Error('no golden value: run tests/golden/ops.py after a change of samples');
  return decodeGolden(text);
}
