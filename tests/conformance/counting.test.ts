// The conformance suite on devices with explicit memory, which notice every block that is used wrongly or left behind.
import { formatTotals, testBackend } from '@flambeau/backend-conformance';
import { cpu } from '@flambeau/backend-cpu';
import { countingDevice } from '@flambeau/core/testing';
import { afterAll, describe, it } from 'vitest';

const { backend } = cpu();
const budget = 1 << 18;
/** Memory is only given back at awaits: it must hold what the cases of a cell use side by side. */
const asyncBudget = 1 << 23;

const reports = [
  testBackend(
    { name: 'explicit memory', create: () => countingDevice(backend, { budget }) },
    { describe, it },
  ),
  testBackend(
    {
      name: 'explicit memory, deferred maps',
      create: () => countingDevice(backend, { budget, defer: true }),
    },
    { describe, it },
  ),
  testBackend(
    {
      name: 'explicit memory, deferred maps, asynchronous reads',
      create: () => countingDevice(backend, { budget: asyncBudget, defer: true, syncRead: false }),
    },
    { describe, it },
  ),
];

afterAll(() => console.log(reports.map(formatTotals).join('\n')));
