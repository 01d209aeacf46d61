// The conformance suite on the plain-JavaScript backend, as it is and given one scalar operation at a time.
import { formatTotals, testBackend } from '@flambeau/backend-conformance';
import { afterAll, describe, it } from 'vitest';
import { configured } from './backends.ts';

const reports = configured('cpu', 'cpu-steps').map((backend) => testBackend(backend, { describe, it }));

afterAll(() => console.log(reports.map(formatTotals).join('\n')));
