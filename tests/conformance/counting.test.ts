// The conformance suite on a device with explicit memory, which notices every block that is used wrongly or left behind.
import { formatTotals, testBackend } from '@flambeau/backend-conformance';
import { afterAll, describe, it } from 'vitest';
import { configured } from './backends.ts';

const reports = configured('counting-async').map((backend) => testBackend(backend, { describe, it }));

afterAll(() => console.log(reports.map(formatTotals).join('\n')));
