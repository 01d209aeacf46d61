import * as core from '@flambeau/core';

const classes: ReadonlyMap<unknown, string> = new Map(
  Object.entries(core)
    .filter(([name]) => name.endsWith('Error'))
    .map(([name, value]) => [value, name] as const),
);

/** The name under which core exports an error's class: the class's own name is gone in minified bundles. */
export function errorName(error: Error): string {
  return classes.get(error.constructor) ?? error.name;
}
