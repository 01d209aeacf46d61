// `npm run digits -- …`: the street-digits command line, installed and built first where needed.
import { ensureBuilt, ensureInstalled, runProgram } from './lib/bootstrap.mjs';

ensureInstalled({ quiet: true });
ensureBuilt({ quiet: true });
process.exitCode = await runProgram(['apps/street-digits/dist/cli.js', ...process.argv.slice(2)]);
