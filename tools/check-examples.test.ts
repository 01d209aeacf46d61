import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkExamples, checkQuotes, collectExamples } from './check-examples.ts';
import { markdownExamples, markdownQuotes, tsdocExamples } from './lib/example-blocks.ts';
import { prepare } from './lib/example-program.ts';
import { isShown, parseShown } from './lib/example-values.ts';
import { root } from './lib/workspace.ts';

const block = (code: string, run = true) => ({ file: 'README.md', line: 10, code, run });

describe('finding blocks', () => {
  test('Markdown: ts blocks with the line of their first line, other languages not', () => {
    const text = [
      'Words',
      '```ts',
      'a;',
      '```',
      '```sh',
      'npm test',
      '```',
      '  ```ts no-run',
      '  b;',
      '  ```',
    ].join('\n');
    expect(markdownExamples('README.md', text)).toEqual([
      { file: 'README.md', line: 3, code: 'a;\n', run: true },
      { file: 'README.md', line: 9, code: 'b;\n', run: false },
    ]);
  });

  test('Markdown: quotes of a source file are no examples, and must be that file when put together', () => {
    const text = ['```ts file=a.ts', 'one();', '```', 'Words', '```ts file=a.ts', 'two();', '```'].join('\n');
    expect(markdownExamples('docs/a.md', text)).toEqual([]);
    const quotes = markdownQuotes('docs/a.md', text);
    const check = (source: string | null) => checkQuotes(quotes, () => source);
    expect(check('one();\n\ntwo();\n')).toEqual([]);
    expect(check('one();\n\n2();\n')).toEqual(['docs/a.md:6: got "two();", expected "2();" of a.ts:3']);
    expect(check('one();\n\ntwo();\nthree();\n')).toEqual([
      'docs/a.md:7: got "", expected "three();" of a.ts:4',
    ]);
    expect(check('one();\n')).toEqual(['docs/a.md:6: got "two();", expected the end of a.ts:3']);
    expect(check(null)).toEqual(['docs/a.md:2: quotes a.ts, which is not there']);
  });

  test('TSDoc: the block of an @example, without the stars and without what follows the next tag', () => {
    const text = [
      'const x = 1;',
      '/**',
      ' * Adds.',
      ' * @example',
      ' * ```ts',
      ' * add(1);',
      ' * ```',
      ' * @throws never',
      ' */',
    ].join('\n');
    expect(tsdocExamples('a.ts', text)).toEqual({
      examples: [{ file: 'a.ts', line: 6, code: 'add(1);\n', run: true }],
      problems: [],
    });
  });

  test('TSDoc: an @example without a block is a problem', () => {
    expect(tsdocExamples('a.ts', '/**\n * @example add(1)\n */').problems).toEqual([
      'a.ts:2: @example without a ```ts block',
    ]);
  });

  test('the repo has examples in its README, its packages and its sources', () => {
    const { examples, problems } = collectExamples();
    const files = new Set(examples.map(({ file }) => file));
    expect(problems).toEqual([]);
    for (const file of [
      'README.md',
      'CONTRIBUTING.md',
      'packages/core/README.md',
      'packages/core/src/tensor.ts',
    ])
      expect(files).toContain(file);
  });
});

describe('values in comments', () => {
  const shows = (comment: string, actual: unknown): boolean => isShown(actual, parseShown(comment)!);

  test('numbers are compared to the digits that are shown', () => {
    expect(shows('0.4963', 0.49625658988952637)).toBe(true);
    expect(shows('0.4963', 0.49641)).toBe(false);
    expect(shows('1.5e-3', 0.00153)).toBe(true);
    expect(shows('1.5e-3', 0.00156)).toBe(false);
    expect(shows('3', 3.4)).toBe(false);
    expect(shows('3', Math.fround(3 + 2 ** -22))).toBe(true);
    expect(shows('NaN', Number.NaN)).toBe(true);
    expect(shows('-Infinity', Number.NEGATIVE_INFINITY)).toBe(true);
    expect(shows('0xff', 255)).toBe(true);
  });

  test('arrays, objects, texts and words are compared whole; … stands for the rest', () => {
    expect(
      shows("[[1, 2], ['a', true]]", [
        [1, 2],
        ['a', true],
      ]),
    ).toBe(true);
    expect(shows('[1, 2]', [1, 2, 3])).toBe(false);
    expect(shows('[1, 2, …]', [1, 2, 3])).toBe(true);
    expect(shows('[1, 5, …]', [1, 2, 3])).toBe(false);
    expect(shows('{ a: 1, b: null }', { a: 1, b: null })).toBe(true);
    expect(shows('{ a: 1 }', { a: 1, b: 2 })).toBe(false);
    expect(shows('undefined', undefined)).toBe(true);
  });

  test('words may follow a comma or a parenthesis; anything else is prose', () => {
    expect(shows('[1], as in PyTorch', [1])).toBe(true);
    expect(shows('4 (float32)', 4)).toBe(true);
    for (const prose of ['200 points', 'the sum', '3rd', '[1, x]', '{ a }', 'true north'])
      expect(parseShown(prose)).toBeNull();
  });
});

describe('preparing', () => {
  test('expressions and lone declarations are compared, prose and blocks without values left alone', () => {
    expect(prepare(block('f(1); // 3\n'), root).runnable).toBe('globalThis.__shown((f(1)), "3", 1); // 3\n');
    expect(prepare(block('const [a] = f(); // [3]\n'), root).runnable).toBe(
      'const [a] = f(); globalThis.__shown((a), "[3]", 1); // [3]\n',
    );
    expect(prepare(block('f(1); // the first\nconst a = 1, b = 2; // 2\n'), root).values).toBe(0);
  });

  test('what follows on lines of its own is taken while brackets are open', () => {
    expect(
      prepare(block('f();\n// tensor([[1.],\n//         [2.]])\n// more words\n'), root).runnable,
    ).toContain('"tensor([[1.],\\n        [2.]])", 1');
  });

  test('what is printed is compared with any comment on its line', () => {
    expect(prepare(block('console.log(1); // loss 1\nawait x.print(); // one\n'), root).values).toBe(2);
  });

  test('blocks that set up a device stand alone', () => {
    expect(prepare(block('setDefaultDevice(cpu());'), root).standalone).toBe(true);
    expect(prepare(block("import { tensor } from 'flambeau';"), root).standalone).toBe(true);
    expect(prepare(block("import { tensor } from '@flambeau/core';"), root).standalone).toBe(false);
  });
});

test('examples that are wrong in a type, a value, what they print, an import, a throw or a rejection are each told with their line', async () => {
  const device =
    "import { ones, setDefaultDevice } from '@flambeau/core';\nimport { cpu } from '@flambeau/backend-cpu';\nsetDefaultDevice(cpu());\n";
  const blocks = [
    [
      "import { ones } from '@flambeau/core';\nones([2]).add(1); // [2, 2]\nconsole.log('a', 1); // a 1\n",
      null,
    ],
    [
      "import { ones } from '@flambeau/core';\nones([2]).add(1); // [2, 3]\n",
      'README.md:102: got [ 2, 2 ], expected [2, 3]',
    ],
    ["import { ones } from '@flambeau/core';\n\nones('two');\n", /^README\.md:203: TS2345: /],
    ['console.log(1); // 2\n', 'README.md:301: got 1, expected 2'],
    ["import { nothing } from '@flambeau/core';\nnothing;\n", /^README\.md:401: TS2305: /],
    [
      "import { ones } from '@flambeau/core';\n\nawait ones([2]).item();\n",
      /^README\.md:503: ShapeError: item\(\): /,
    ],
    [
      `${device}ones([1], { requiresGrad: true }).sum().backward();\n`,
      /^README\.md:604: AutogradMissingError: /,
    ],
    [
      "import { ones } from '@flambeau/core';\nconst x = ones([2]);\nx; // [1, 1]\nx.add_(1); // [2, 2]\nString(x); // tensor([2., 2.])\n",
      null,
    ],
    ['f(;\n', /^README\.md:801: /],
    ["Promise.reject(new Error('nobody'));\n", 'README.md:901: uncaught: Error: nobody'],
  ] as const;
  const examples = blocks.map(([code], i) => ({ file: 'README.md', line: 100 * i + 1, code, run: true }));
  const { problems, values } = await checkExamples(examples, join(root, '.cache/examples-test'));
  const expected = blocks.flatMap(([, problem]) => (problem === null ? [] : [problem]));
  expect(problems).toHaveLength(expected.length);
  for (const problem of expected) {
    expect(
      problems.filter((p) => (typeof problem === 'string' ? p === problem : problem.test(p))),
    ).toHaveLength(1);
  }
  expect(values).toBe(7);
});
