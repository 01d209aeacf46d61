// The conformance suite on the WebAssembly backend.
import { formatTotals, testBackend } from '@flambeau/backend-conformance';
import { afterAll, describe, it } from 'vitest';
import { configured } from './backends.ts';

const reports = configured('wasm').map((backend) => testBackend(backend, { describe, it }));

afterAll(() => console.log(reports.map(formatTotals).join('\n')));
