import type { Device } from '@flambeau/core';
import { FlambeauError } from '@flambeau/core';
import { type Case, describeCall } from '../cases.ts';
import type { Context } from '../context.ts';
import { onDevice, placeArguments } from '../evaluate.ts';
import { callFunction } from '../functions.ts';
import type { ErrorSample } from '../samples/spec.ts';

/**
 * A call is refused with an error of the right class and message: at the call, or at the read on devices that tell later;
 * and once more without the optional kernels, whose lowerings must know what was wrong, and where.
 */
export async function checkError(
  { device, lowered }: Context,
  c: Case,
  sample: ErrorSample,
): Promise<string | null> {
  const wrong = await refusal(device, c, sample);
  if (wrong || !lowered) return wrong;
  const without = await refusal(lowered, c, sample);
  return without && `without optional kernels: ${without}`;
}

async function refusal(
  device: Device,
  c: Case,
  { error: name, message }: ErrorSample,
): Promise<string | null> {
  try {
    const outputs = onDevice(device, () => callFunction(c.fn, placeArguments(device, c, {}).args));
    for (const y of await outputs) await y.data();
  } catch (error) {
    if (!(error instanceof FlambeauError)) return `threw ${String(error)}, expected ${name}`;
    const found = error.name;
    if (found !== name) return `threw ${found}: ${error.message}, expected ${name}`;
    return message.test(error.message) ? null : `threw "${error.message}", expected ${message}`;
  }
  return `accepted, expected ${name}: ${message}`;
}

/** An error sample as a case. */
export function errorCase(
  fn: Case['fn'],
  samples: Case['samples'],
  { args, dtype = 'float32' }: ErrorSample,
): Case {
  return { fn, dtype, sample: { args }, samples, title: describeCall(fn, args, dtype), key: '' };
}
