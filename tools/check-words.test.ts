import { expect, test } from 'vitest';
import { checkText } from './check-words.ts';

// Put together here, so that this file passes its own check.
const path = (...parts: string[]): string => `/${parts.join('/')}`;

test('finds absolute paths of a machine, with their line', () => {
  const text = `one\nread ${path('work', 'main')} or "${path('tmp', 'x.bin')}"`;
  expect(checkText('a.md', text)).toEqual([`a.md:2: absolute path: ${path('work', 'main')}`]);
  expect(checkText('b.ts', `open('${path('root', '.cache')}')`)).toHaveLength(1);
});

test('leaves relative paths, system programs and addresses alone', () => {
  const text = `src/work/a.ts ./tmp/b ${path('usr', 'bin', 'python3')} https://example.org/tmp/c \${dir}/tmp/d`;
  expect(checkText('a.ts', text)).toEqual([]);
});

test('finds registry and private addresses', () => {
  expect(checkText('lock', `resolved https://${['registry', 'npmjs', 'org'].join('.')}/x`)).toHaveLength(1);
  expect(checkText('a.sh', `curl http:/${path('10.0.0.7', 'x')}`)).toHaveLength(1);
});
