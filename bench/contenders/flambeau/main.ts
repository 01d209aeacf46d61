import { loadDawn } from '../dawn.ts';
import { serve } from '../serve.ts';
import { ON_DAWN, openDevice } from './device.ts';
import { library } from './library.ts';

const engine = process.argv[2] ?? '';
const refusal = engine === ON_DAWN ? await loadDawn() : null;
await serve(library(async () => refusal ?? openDevice(engine)));
