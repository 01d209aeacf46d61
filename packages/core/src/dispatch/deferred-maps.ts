import { computeAll } from './compute-all.ts';
import type { Deferral } from './deferral.ts';
import { defer } from './pending.ts';
import { putOff } from './put-off.ts';

/** Maps as expressions that are computed, fused, when something demands them. For devices that declare `defer`. */
export const deferredMaps: Deferral = { defer, computeAll, putOff };
