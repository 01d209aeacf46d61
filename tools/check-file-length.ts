// A file holds one topic. Long ones are a warning, very long ones an error.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMain, report, root, trackedFiles } from './lib/workspace.ts';

const warnAbove = 400;
const failAbove = 600;

export type Verdict = 'fine' | 'long' | 'too long';

/** Judges a source file by its lines. */
export function judge(lines: number): Verdict {
  if (lines > failAbove) return 'too long';
  return lines > warnAbove ? 'long' : 'fine';
}

/** Whether a file is code that somebody reads, rather than data or a lockfile. */
export function isSource(file: string): boolean {
  return /\.(ts|mts|js|mjs|py|sh|wgsl)$/.test(file);
}

if (isMain(import.meta.url)) {
  const problems: string[] = [];
  const sources = trackedFiles().filter(isSource);
  for (const file of sources) {
    const lines = readFileSync(join(root, file), 'utf8').trimEnd().split('\n').length;
    const verdict = judge(lines);
    if (verdict === 'long')
      console.log(`warning: ${file} has ${lines} lines; consider splitting it above ${warnAbove}`);
    if (verdict === 'too long') problems.push(`${file} has ${lines} lines, more than ${failAbove}`);
  }
  report(problems, `${sources.length} source files, none above ${failAbove} lines`);
}
