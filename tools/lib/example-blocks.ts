/** A block of code in the documentation. */
export interface Example {
  /** Where it stands, relative to the root. */
  readonly file: string;
  /** The line of its first line of code, from 1. */
  readonly line: number;
  readonly code: string;
  /** False for blocks marked `ts no-run`: they are only type-checked. */
  readonly run: boolean;
}

const FENCE = /^(\s*)```(.*)$/;

/** A part of a source file that Markdown quotes: a block marked `ts file=PATH`. */
export interface Quote {
  /** Where it stands, relative to the root, and the line of its first line of code. */
  readonly file: string;
  readonly line: number;
  /** The file that is quoted, relative to the root. */
  readonly source: string;
  readonly code: string;
}

/** Every block that opens with ```ts in Markdown, but for quotes. */
export function markdownExamples(file: string, text: string): Example[] {
  return blocksIn(file, text.split('\n'), 1);
}

/** The parts of source files that Markdown quotes. */
export function markdownQuotes(file: string, text: string): Quote[] {
  return allBlocks(text.split('\n'), 1).flatMap(({ line, marks, code }) => {
    const source = marks.find((mark) => mark.startsWith('file='))?.slice('file='.length);
    return source === undefined ? [] : [{ file, line, source, code }];
  });
}

/** The blocks of every `@example` in a source file's TSDoc, and what is wrong with those that have none. */
export function tsdocExamples(file: string, text: string): { examples: Example[]; problems: string[] } {
  const examples: Example[] = [];
  const problems: string[] = [];
  for (const comment of text.matchAll(/\/\*\*[\s\S]*?\*\//g)) {
    const first = text.slice(0, comment.index).split('\n').length;
    const lines = comment[0].split('\n').map((line) => line.replace(/^\s*\* ?/, ''));
    for (const [i, line] of lines.entries()) {
      if (!line.startsWith('@example')) continue;
      const found = blocksIn(file, lines.slice(i + 1, endOfTag(lines, i + 1)), first + i + 1);
      if (found.length === 0) problems.push(`${file}:${first + i}: @example without a \`\`\`ts block`);
      examples.push(...found);
    }
  }
  return { examples, problems };
}

/** The line after a tag's text: where the next tag starts, fences aside. */
function endOfTag(lines: readonly string[], from: number): number {
  let inside = false;
  for (let i = from; i < lines.length; i++) {
    const line = lines[i] as string;
    if (FENCE.test(line)) inside = !inside;
    else if (!inside && line.startsWith('@')) return i;
  }
  return lines.length;
}

function blocksIn(file: string, lines: readonly string[], firstLine: number): Example[] {
  return allBlocks(lines, firstLine)
    .filter(({ marks }) => !marks.some((mark) => mark.startsWith('file=')))
    .map(({ line, marks, code }) => ({ file, line, code, run: !marks.includes('no-run') }));
}

interface Block {
  readonly line: number;
  /** What stands behind `ts`. */
  readonly marks: readonly string[];
  readonly code: string;
}

function allBlocks(lines: readonly string[], firstLine: number): Block[] {
  const found: Block[] = [];
  for (let i = 0; i < lines.length; i++) {
    const [, indent = '', info = ''] = FENCE.exec(lines[i] as string) ?? [];
    if (!FENCE.test(lines[i] as string)) continue;
    const start = ++i;
    while (i < lines.length && !FENCE.test(lines[i] as string)) i++;
    const [language, ...marks] = info.trim().split(/\s+/);
    if (language !== 'ts') continue;
    const code = lines
      .slice(start, i)
      .map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line));
    found.push({ line: firstLine + start, marks, code: `${code.join('\n')}\n` });
  }
  return found;
}
