// `npm run web -- …`: set-up, then the apps as web pages on this machine.
import { ensureInstalled, runProgram } from './lib/bootstrap.mjs';

ensureInstalled();
process.exitCode = await runProgram(['apps/web/serve.mjs', ...process.argv.slice(2)]);
