import { dirname, join, posix } from 'node:path';
import { parseSync } from 'vite';
import type { Example } from './example-blocks.ts';
import { parseShown } from './example-values.ts';
import { root } from './workspace.ts';

/** An example as two programs: one for the compiler, one to run. Both have the example's lines. */
export interface Program {
  readonly typed: string;
  readonly runnable: string;
  /** Whether it sets up device and autograd itself, as a reader's own program has to. */
  readonly standalone: boolean;
  /** How many values the runnable one compares. */
  readonly values: number;
}

type Node = { readonly type: string; readonly start: number; readonly end: number } & Record<string, unknown>;
type Edit = { readonly at: number; readonly remove: number; readonly text: string };

/**
 * Prepares an example. A statement followed by a comment that is a value is compared with it: an expression, a variable
 * that is declared alone, or, after `console.log(…)` and `x.print()`, what was printed.
 *
 * @throws SyntaxError with the parser's message.
 */
export function prepare(example: Example, folder: string): Program {
  const { code, file } = example;
  const { program, comments, errors } = parseSync('example.ts', code);
  if (errors[0]) throw new SyntaxError(errors[0].message);
  const nodes = nodesOf(program);
  const imports = nodes.flatMap((n) => importEdit(n, file, folder));
  const checks = nodes
    .filter(({ type }) => type === 'ExpressionStatement' || type === 'VariableDeclaration')
    .map((n) => {
      const comment = commentAfter(code, n.end, comments);
      return comment === null ? [] : checkEdits(n, comment, lineOf(code, n.start));
    })
    .filter((edits) => edits.length > 0);
  return {
    typed: apply(code, imports),
    runnable: apply(code, [...imports, ...checks.flat()]),
    standalone: /\bsetDefaultDevice\(|from 'flambeau'/.test(code),
    values: checks.length,
  };
}

/** Relative imports in TSDoc are relative to the source file. */
function importEdit(node: Node, file: string, folder: string): Edit[] {
  const source = node['source'] as Node | null | undefined;
  if (!/^(Import|Export)/.test(node.type) || typeof source?.['value'] !== 'string') return [];
  const specifier = source['value'];
  if (!specifier.startsWith('.')) return [];
  const target = join(root, posix.join(dirname(file), specifier));
  const path = posix.relative(posix.normalize(folder), posix.normalize(target));
  return [{ at: source.start, remove: source.end - source.start, text: JSON.stringify(path) }];
}

function checkEdits(node: Node, comment: string, line: number): Edit[] {
  const tail = `${JSON.stringify(comment)}, ${line}`;
  if (node.type === 'ExpressionStatement') {
    const expression = node['expression'] as Node;
    const prints = isPrinting(expression);
    if (!prints && !isValue(comment)) return [];
    return [
      {
        at: expression.start,
        remove: 0,
        text: `globalThis.__shown((${prints ? 'globalThis.__listen(), ' : ''}`,
      },
      { at: expression.end, remove: 0, text: `), ${tail})` },
    ];
  }
  const name = isValue(comment) ? soleName(node['declarations'] as readonly Node[]) : null;
  return name === null ? [] : [{ at: node.end, remove: 0, text: ` globalThis.__shown((${name}), ${tail});` }];
}

const isValue = (comment: string): boolean => comment.startsWith('tensor(') || parseShown(comment) !== null;

function isPrinting(expression: Node): boolean {
  const call = (expression.type === 'AwaitExpression' ? expression['argument'] : expression) as Node;
  const callee = call['callee'] as Node | undefined;
  if (call.type !== 'CallExpression' || callee?.type !== 'MemberExpression') return false;
  const property = (callee['property'] as Node)['name'];
  return property === 'print' || (property === 'log' && (callee['object'] as Node)['name'] === 'console');
}

/** The name that a declaration binds, if it is the only one. */
function soleName(declarations: readonly Node[]): string | null {
  const id = declarations[0]?.['id'] as Node | undefined;
  if (declarations.length !== 1 || !id) return null;
  if (id.type === 'Identifier') return String(id['name']);
  const parts = (id['elements'] ?? id['properties']) as readonly (Node | null)[] | undefined;
  const part = parts?.length === 1 ? parts[0] : null;
  const inner = part?.type === 'Property' ? (part['value'] as Node) : part;
  return inner?.type === 'Identifier' ? String(inner['name']) : null;
}

/** The comment after a statement, with the lines that complete its brackets. On a line of its own it must be a value. */
function commentAfter(
  code: string,
  end: number,
  comments: readonly { value: string; start: number; end: number; type: string }[],
): string | null {
  const first = comments.findIndex(
    (c) => c.type === 'Line' && c.start >= end && /^[ \t]*\n?[ \t]*$/.test(code.slice(end, c.start)),
  );
  if (first < 0) return null;
  let text = unindent(comments[first]!.value);
  for (let i = first; isOpen(text) && i + 1 < comments.length; i++) {
    const [c, after] = [comments[i]!, comments[i + 1]!];
    if (after.type !== 'Line' || !/^\n[ \t]*$/.test(code.slice(c.end, after.start))) break;
    text += `\n${unindent(after.value)}`;
  }
  const ownLine = code.slice(end, comments[first]!.start).includes('\n');
  return ownLine && !isValue(text) ? null : text.trimEnd();
}

const unindent = (text: string): string => text.replace(/^ /, '');

function isOpen(text: string): boolean {
  return (text.match(/[[({]/g)?.length ?? 0) > (text.match(/[\])}]/g)?.length ?? 0);
}

function lineOf(code: string, offset: number): number {
  return code.slice(0, offset).split('\n').length;
}

function apply(code: string, edits: readonly Edit[]): string {
  let text = '';
  let at = 0;
  for (const edit of [...edits].sort((a, b) => a.at - b.at)) {
    text += code.slice(at, edit.at) + edit.text;
    at = edit.at + edit.remove;
  }
  return text + code.slice(at);
}

function nodesOf(program: unknown): Node[] {
  const found: Node[] = [];
  const stack: unknown[] = [program];
  while (stack.length > 0) {
    const value = stack.pop();
    if (typeof value !== 'object' || value === null) continue;
    if (typeof (value as Node).type === 'string') found.push(value as Node);
    stack.push(...Object.values(value));
  }
  return found;
}
