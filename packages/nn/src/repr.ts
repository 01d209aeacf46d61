import { ownChildren } from './members.ts';
import type { AnyModule } from './module.ts';

/** The text of a module and its children, indented as PyTorch does. */
export function repr(module: AnyModule): string {
  const { name } = module.constructor;
  const extra = module.extraRepr();
  const children = ownChildren(module).map(
    ({ key, value }) => `(${key}): ${value.toString().replaceAll('\n', '\n  ')}`,
  );
  const lines = [...(extra === '' ? [] : extra.split('\n')), ...children];
  if (children.length === 0 && lines.length < 2) return `${name}(${extra})`;
  return `${name}(\n  ${lines.join('\n  ')}\n)`;
}
