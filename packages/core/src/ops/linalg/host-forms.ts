import type { Device } from '../../device.ts';
import { disposeTemporary } from '../../dispatch/contiguous.ts';
import { composed } from '../../memory/composed.ts';
import { releaseExcept, withScope } from '../../memory/scope.ts';
import { isTensor, type Tensor } from '../../tensor.ts';
import { callHost, callHostSync } from '../host-op.ts';
import type { KernelOp } from '../op.ts';

/** A host op between what prepares its inputs and what makes a result of its outputs. */
export interface HostForm<Attrs, Result extends object> {
  readonly device: Device;
  readonly op: KernelOp<Attrs>;
  readonly attrs: Attrs;
  readonly inputs: () => readonly Tensor[];
  readonly finish: (outputs: readonly Tensor[]) => Result;
}

/** The synchronous form. */
export function runSync<Attrs, Result extends object>(form: HostForm<Attrs, Result>): Result {
  return composed(form.device, () => form.finish(callHostSync(form.op, form.inputs(), form.attrs)));
}

/** The asynchronous form: what is made before and after the wait is released as in the synchronous one. */
export async function run<Attrs, Result extends object>(form: HostForm<Attrs, Result>): Promise<Result> {
  const temporaries: Tensor[] = [];
  const inputs = withScope(false, form.inputs, (made, kept) => {
    releaseExcept(made, new Set(kept));
    temporaries.push(...made.filter((x) => kept.includes(x)));
  });
  let result: Result | null = null;
  try {
    const outputs = await callHost(form.op, inputs, form.attrs);
    temporaries.push(...outputs);
    result = composed(form.device, () => form.finish(outputs));
    return result;
  } finally {
    const kept = new Set<unknown>(isTensor(result) ? [result] : Object.values(result ?? {}));
    for (const x of temporaries) if (!kept.has(x)) disposeTemporary(x);
  }
}
