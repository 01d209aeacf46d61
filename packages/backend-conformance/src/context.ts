import type { Backend, Device, KernelTable } from '@flambeau/core';
import { createDevice, deferredMaps, lateFaults, spillingMemory, steppedMaps } from '@flambeau/core';
import { type OpName, opTable } from '@flambeau/core/testing';
import type { BackendUnderTest } from './backend-under-test.ts';
import type { Case } from './cases.ts';
import { NotHere } from './cell.ts';
import { decodeGolden, type GoldenValue } from './golden.ts';
import { goldenFiles } from './golden-files.ts';
import type { Tolerances } from './samples/spec.ts';

/** What checks are given. */
export interface Context {
  readonly device: Device;
  /** The same backend without its optional kernels; null where it has none. */
  readonly lowered: Device | null;
  /** The same backend again, on which only lifetimes are counted. */
  readonly counted: Device;
  /** A device with float64 for second derivatives, or why there is none. */
  reference(): Promise<Device | NotHere>;
  /** Cases that did their work on the host. */
  readonly onHost: Set<Case>;
  /** What takes precedence over default tolerances, first one first. */
  tolerances(c: Case): readonly (Tolerances | undefined)[];
  /** Instead of the default tolerances, for required kernels. */
  readonly primitiveTolerance: Tolerances | undefined;
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

/** The device's backend without the kernels that it need not have; null where it has none of them. */
export function withoutOptionalKernels(device: Device): Device | null {
  const { backend } = device;
  const optional: ReadonlySet<string> = new Set(OPTIONAL_OPS);
  const kernels = Object.entries(backend.kernels).filter(([name]) => !optional.has(name));
  if (kernels.length === Object.keys(backend.kernels).length) return null;
  return anotherDevice({ ...backend, kernels: Object.fromEntries(kernels) as unknown as KernelTable });
}

/** Makes the device and what the checks need beside it. */
export async function openContext(backend: BackendUnderTest): Promise<Context> {
  const device = await backend.create();
  return {
    device,
    lowered: withoutOptionalKernels(device),
    counted: anotherDevice(device.backend),
    reference: async () => {
      if (device.capabilities.dtypes.includes('float64')) return device;
      return (await backend.reference?.()) ?? new NotHere('no float64 here, and no reference was given');
    },
    onHost: new Set(),
    primitiveTolerance: backend.tolerance?.['*'],
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

/** Each is looked at several times: in every layout, and under several checks. */
const decoded = new Map<string, GoldenValue>();

/** What PyTorch gave for a case. @throws Error when it was not computed since the sample changed. */
export function goldenFor(c: Case): GoldenValue {
  const known = decoded.get(c.key);
  if (known) return known;
  const text = golden.get(c.key);
  if (text === undefined)
    throw new Error('no golden value: run tests/golden/ops.py after a change of samples');
  const value = decodeGolden(text);
  decoded.set(c.key, value);
  return value;
}
