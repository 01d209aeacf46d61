// `npm test`: installs what is missing, then hands over to run-tests.ts on the workspace's Node.
import { execFileSync } from 'node:child_process';
import { ensureInstalled, pnpm, workspaceNode } from './lib/bootstrap.mjs';

ensureInstalled();
const version = execFileSync(workspaceNode(), ['-p', 'process.versions.node'], { encoding: 'utf8' }).trim();
const [major, minor] = version.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(`The tests need Node 22.18 or newer and found ${version}. (The packages run on 20.)`);
  process.exitCode = 1;
} else {
  process.exitCode = pnpm(['exec', 'node', 'tools/run-tests.ts']);
}
