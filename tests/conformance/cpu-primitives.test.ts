// The conformance suite on the backend that has the required kernels alone: everything else is lowered.
import { formatTotals, testBackend } from '@flambeau/backend-conformance';
import { cpuPrimitives } from '@flambeau/backend-cpu/primitives';
import { afterAll, describe, it } from 'vitest';

const report = testBackend({ name: 'cpu-primitives', create: cpuPrimitives }, { describe, it });

afterAll(() => console.log(formatTotals(report)));
