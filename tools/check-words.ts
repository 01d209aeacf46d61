// Tracked text must be true on any machine: no path of the one it was written on, no registry's address.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMain, report, root, trackedFiles } from './lib/workspace.ts';

const forbidden: readonly { what: string; pattern: RegExp }[] = [
  { what: 'absolute path', pattern: /(?<![\w.~@:}/-])\/(work|root|tmp|home|Users|mnt)\/[^\s'"`)]*/ },
  { what: 'absolute path', pattern: /\b[A-Z]:\\\\?Users\\/ },
  {
    what: 'registry address',
    pattern: /\bregistry\.(npmjs\.org|yarnpkg\.com|npmmirror\.com)|\bnpm\.pkg\.github\.com/,
  },
  { what: 'registry address', pattern: /\b(pypi\.org|files\.pythonhosted\.org|deb\.debian\.org)\b/ },
  { what: 'address of a private machine', pattern: /\bhttps?:\/\/(10|172|192\.168)\.[\d.]+/ },
];

/** The problems of one file's text, each as `file:line: what: the words`. */
export function checkText(file: string, text: string): string[] {
  const problems: string[] = [];
  for (const [i, line] of text.split('\n').entries()) {
    for (const { what, pattern } of forbidden) {
      const match = pattern.exec(line);
      if (match) problems.push(`${file}:${i + 1}: ${what}: ${match[0]}`);
    }
  }
  return problems;
}

if (isMain(import.meta.url)) {
  const files = trackedFiles();
  const problems: string[] = [];
  for (const file of files) {
    const bytes = readFileSync(join(root, file));
    const binary = bytes.subarray(0, 8192).includes(0);
    if (!binary) problems.push(...checkText(file, bytes.toString('utf8')));
  }
  report(problems, `${files.length} files`);
}
