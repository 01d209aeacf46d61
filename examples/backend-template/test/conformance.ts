// The suite in plain Node: `node conformance.ts`, or with the names of functions.
import { argv } from 'node:process';
import { formatMatrixText, formatTotals, matrixOf, runSuite } from '@flambeau/backend-conformance';
import { template } from '../src/backend.ts';

const names = argv.slice(2);
const options = names.length > 0 ? { only: names } : {};
const report = await runSuite({ name: 'template', create: template }, options);
const matrix = matrixOf(report, options);
console.log(formatMatrixText(matrix));
console.log(formatTotals(report));
process.exitCode = matrix.some(({ status }) => status === 'fail') ? 1 : 0;
