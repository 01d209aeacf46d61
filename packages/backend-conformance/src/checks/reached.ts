import { addLayer } from '@flambeau/core';
import { type OpName, opTable } from '@flambeau/core/testing';
import { casesOf } from '../cases.ts';
import { NotHere, type Verdict } from '../cell.ts';
import type { Context } from '../context.ts';
import { evaluate } from '../evaluate.ts';
import { lackingFor } from '../lacking.ts';
import { provenBy, samples } from '../samples/table.ts';
import { storageChecks } from './storage.ts';

/** One of the samples that stand for an op runs it: on the device, or on the one where everything is lowered. */
export async function checkReached({ device, lowered }: Context, op: OpName): Promise<Verdict> {
  const wanted = opTable.get(op);
  let found = false;
  const remove = addLayer((call, next) => {
    found ||= call.op === wanted;
    return next(call);
  });
  try {
    const functions = provenBy(op);
    if (functions.length === 0) {
      if (!device.capabilities.syncRead) return new NotHere('needs synchronous reads');
      for (const check of Object.values(storageChecks)) await check(device);
    }
    let lacking: NotHere | null = null;
    for (const c of functions.flatMap((fn) =>
      samples[fn].dtypes.flatMap((dtype) => casesOf(fn, samples[fn], dtype)),
    )) {
      const reason = lackingFor(device, c);
      lacking ??= reason;
      if (reason) continue;
      for (const place of lowered ? [device, lowered] : [device]) {
        await evaluate(place, c, { order: c.samples.gradient ? 1 : 0 });
        if (found) return null;
      }
    }
    if (found) return null;
    return lacking ?? `not reached by the samples of ${functions.join(', ') || 'any function'}`;
  } finally {
    remove();
  }
}
