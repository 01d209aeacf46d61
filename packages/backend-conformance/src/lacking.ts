import type { Device, DType } from '@flambeau/core';
import { type Case, specsOf } from './cases.ts';
import { NotHere } from './cell.ts';
import { goldenFor } from './context.ts';

/** The dtypes that a case meets, in its tensors and in its results. */
function dtypesIn(c: Case): DType[] {
  const stated = specsOf(c.sample.args).flatMap(({ dtype }) => dtype ?? []);
  return [c.dtype, ...stated, ...(c.key ? goldenFor(c).outputs.map(({ dtype }) => dtype) : [])];
}

/** Why a case cannot be run on a device, or null. */
export function lackingFor({ capabilities }: Device, c: Case): NotHere | null {
  const { dtypes, syncRead } = capabilities;
  const missing = dtypesIn(c).find((dtype) => !dtypes.includes(dtype));
  if (missing) return new NotHere(`the device has no ${missing}`);
  return c.samples.syncRead && !syncRead ? new NotHere('needs synchronous reads') : null;
}
