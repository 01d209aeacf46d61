// Writes core's version, which copies of core compare as they load, after `changeset version` has set it.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './lib/workspace.ts';

const core = join(root, 'packages/core');
const { version } = JSON.parse(readFileSync(join(core, 'package.json'), 'utf8')) as { version: string };
const file = join(core, 'src/version.ts');
writeFileSync(file, readFileSync(file, 'utf8').replace(/'\d+\.\d+\.\d+[^']*'/, `'${version}'`));
