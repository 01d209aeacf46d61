// Part of `build`: writes the workers' program as the file dist/worker.js, for pages that may not start workers from text.
import { writeFileSync } from 'node:fs';
import { WORKER_SOURCE } from './dist/pool/worker-source.js';

writeFileSync(new URL('dist/worker.js', import.meta.url), WORKER_SOURCE);
writeFileSync(new URL('dist/worker.d.ts', import.meta.url), 'export {};\n');
