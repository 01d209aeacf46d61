// Runs a workspace command with the pinned pnpm on PATH, whether or not pnpm is installed: `with-pnpm.mjs turbo run build`.
import { ensureInstalled, pnpm } from './lib/bootstrap.mjs';

ensureInstalled({ quiet: true });
process.exitCode = pnpm(['exec', ...process.argv.slice(2)]);
