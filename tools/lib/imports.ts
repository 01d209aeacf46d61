import { parseSync } from 'vite';

export interface Import {
  specifier: string;
  line: number;
}

/** Every module specifier in a source file: static, dynamic, re-exported, and in types. */
export function importsOf(file: string, source: string): Import[] {
  const { program, errors } = parseSync(file, source);
  if (errors[0]) throw new Error(`${file}: ${errors[0].message}`);
  const found: Import[] = [];
  walk(program, (node) => {
    const target =
      node['type'] === 'TSImportType'
        ? (node['source'] ?? node['argument'])
        : /^(Import|Export)/.test(String(node['type'])) && node['source'];
    if (!isNode(target)) return;
    const literal = isNode(target['literal']) ? target['literal'] : target;
    if (typeof literal['value'] !== 'string') return;
    const line = source.slice(0, Number(node['start'])).split('\n').length;
    found.push({ specifier: literal['value'], line });
  });
  return found;
}

type Node = Record<string, unknown>;

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null;

function walk(value: unknown, visit: (node: Node) => void): void {
  const stack: unknown[] = [value];
  while (stack.length > 0) {
    const next = stack.pop();
    if (!isNode(next)) continue;
    if (typeof next['type'] === 'string') visit(next);
    stack.push(...Object.values(next).reverse());
  }
}
