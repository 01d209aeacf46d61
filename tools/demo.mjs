// `npm run demo`: set-up, the regression, then a small street-digit classifier from training to recognition.
import { ensureBuilt, ensureInstalled, runProgram } from './lib/bootstrap.mjs';

const steps = [
  ['Linear regression', 'apps/regression/dist/main.js'],
  ['Street digits', 'apps/street-digits/dist/cli.js', 'demo'],
];

ensureInstalled();
ensureBuilt();
for (const [title, ...command] of steps) {
  console.log(`\n== ${title}\n`);
  process.exitCode = await runProgram(command);
  if (process.exitCode !== 0) break;
}
