// The conformance suite on the plain-JavaScript backend, as it is and taken apart.
import { formatTotals, testBackend } from '@flambeau/backend-conformance';
import { cpu } from '@flambeau/backend-cpu';
import { createDevice, steppedMaps } from '@flambeau/core';
import { afterAll, describe, it } from 'vitest';

/** What a GPU has: neither float64 nor small integers. */
function withFewDtypes(): ReturnType<typeof cpu> {
  const { backend } = cpu();
  const capabilities = { ...backend.capabilities, dtypes: ['float32', 'int32', 'bool'] as const };
  return createDevice({ ...backend, capabilities });
}

/** Every map comes as single tier-1 operations: what the least backend is given. */
function operationByOperation(): ReturnType<typeof cpu> {
  const { backend } = cpu();
  const capabilities = { ...backend.capabilities, fuse: false };
  return createDevice({ ...backend, capabilities, scalarFunctions: new Set() }, { steps: steppedMaps });
}

const reports = [
  testBackend({ name: 'cpu', create: cpu }, { describe, it }),
  testBackend({ name: 'cpu with float32, int32 and bool', create: withFewDtypes }, { describe, it }),
  testBackend(
    {
      name: 'cpu, one tier-1 operation at a time',
      create: operationByOperation,
      xfail: [
        {
          reason:
            'the tier-1 definition of fmod is exact while |x/y| < 2^24, and the pairs have 1e30 and 1e-30',
          cases: [
            { subject: 'fmod', title: 'fmod([12, 1], [12])' },
            { subject: 'remainder', title: 'remainder([12, 1], [12])' },
          ],
        },
      ],
    },
    { describe, it },
  ),
];

afterAll(() => console.log(reports.map(formatTotals).join('\n')));
