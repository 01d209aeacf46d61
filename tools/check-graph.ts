// Dependencies point one way. The rules are the table below; the rest reads manifests and imports against it.
import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join, posix } from 'node:path';
import { type Import, importsOf } from './lib/imports.ts';
import {
  isMain,
  type Manifest,
  type Project,
  projects,
  report,
  root,
  trackedFiles,
} from './lib/workspace.ts';

/** What a package may need at run time from the workspace; `*` = any published package. */
const allowed: Record<string, readonly string[] | '*'> = {
  '@flambeau/core': [],
  '@flambeau/backend-conformance': ['@flambeau/core', '@flambeau/autograd'],
  flambeau: '*',
};
const otherwise: readonly string[] = ['@flambeau/core'];

/** Packages that may have third-party run-time dependencies. */
const thirdParty: ReadonlySet<string> = new Set(['@flambeau/data', '@flambeau/serialize']);

/** Optional peers, which nobody's install brings: what a host may lack of the web's own interfaces. */
const hostParts: Readonly<Record<string, readonly string[]>> = { '@flambeau/backend-webgpu': ['webgpu'] };

function isHostPart({ name, peerDependencies, peerDependenciesMeta }: Manifest, part: string): boolean {
  const isOptional = peerDependenciesMeta?.[part]?.optional === true && part in (peerDependencies ?? {});
  return isOptional && (hostParts[name]?.includes(part) ?? false);
}

/** The problems of manifests alone: cycles, wrong ways, third-party dependencies where none may be. */
export function checkManifests(all: readonly Project[]): string[] {
  const problems: string[] = [];
  const names = new Map(all.map((project) => [project.manifest.name, project]));
  for (const { dir, manifest } of all) {
    if (!dir.startsWith('packages/')) continue;
    const may = allowed[manifest.name] ?? otherwise;
    for (const name of Object.keys(runtime(manifest))) {
      const target = names.get(name);
      if (!target) {
        if (!thirdParty.has(manifest.name) && !isHostPart(manifest, name))
          problems.push(`${dir}: third-party run-time dependency ${name}`);
      } else if (!target.dir.startsWith('packages/') || (may !== '*' && !may.includes(name))) {
        problems.push(`${dir}: may not depend on ${name} at run time`);
      }
    }
    for (const [name, range] of Object.entries(manifest.peerDependencies ?? {})) {
      if (names.has(name) && !range.startsWith('workspace:'))
        problems.push(`${dir}: ${name} is not "workspace:"`);
    }
  }
  const cycle = findCycle(all);
  if (cycle) problems.push(`dependency cycle: ${cycle.join(' → ')}`);
  return problems;
}

/** The problems of one source file's imports. */
export function checkImports(
  file: string,
  owner: Project,
  all: readonly Project[],
  imports: readonly Import[],
): string[] {
  const problems: string[] = [];
  const { dir, manifest } = owner;
  const shipped = /^(packages|apps|examples)\/[^/]+\/src\//.test(file) && !/\.test(-d)?\.ts$/.test(file);
  const may = new Set([manifest.name, ...Object.keys(runtime(manifest))]);
  // A package may have a subpath ./node, for Node alone, built from src/node: what is portable must not reach into it.
  const nodeOnly = '/src/node/';
  const forNode = file.startsWith(`${dir}${nodeOnly}`) && './node' in (manifest.exports ?? {});
  if (!shipped) for (const name of Object.keys(manifest.devDependencies ?? {})) may.add(name);
  // A type-only package of the root (Node's types, vitest) serves every test and tool.
  if (!shipped)
    for (const name of Object.keys(all.find((p) => p.dir === '.')?.manifest.devDependencies ?? {}))
      may.add(name);

  for (const { specifier, line } of imports) {
    const at = `${file}:${line}`;
    if (specifier.startsWith('.')) {
      const target = posix.join(posix.dirname(file), specifier);
      if (dir !== '.' && !target.startsWith(`${dir}/`))
        problems.push(`${at}: relative import leaves its package: ${specifier}`);
      if (shipped && !forNode && target.startsWith(`${dir}${nodeOnly}`))
        problems.push(`${at}: portable code may not import ${specifier}`);
      continue;
    }
    if (specifier.startsWith('node:') || builtinModules.includes(specifier)) {
      if (shipped && !forNode && dir.startsWith('packages/'))
        problems.push(`${at}: published code may not import ${specifier}`);
      continue;
    }
    if (specifier.startsWith('#')) continue;
    const name = packageName(specifier);
    const target = all.find((project) => project.manifest.name === name);
    if (!may.has(name)) problems.push(`${at}: ${name} is not declared in ${dir}/package.json`);
    else if (target && !exportsPath(target.manifest, specifier))
      problems.push(`${at}: ${name} has no export ${specifier}`);
  }
  return problems;
}

function runtime(manifest: Manifest): Record<string, string> {
  return { ...manifest.dependencies, ...manifest.peerDependencies, ...manifest.optionalDependencies };
}

function packageName(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

function exportsPath(manifest: Manifest, specifier: string): boolean {
  const path = `.${specifier.slice(manifest.name.length)}`;
  return manifest.exports === undefined || path in manifest.exports;
}

/** A cycle among workspace packages, development dependencies included (turbo refuses those too). */
function findCycle(all: readonly Project[]): string[] | undefined {
  const edges = new Map(
    all.map(({ manifest }) => [
      manifest.name,
      Object.keys({ ...runtime(manifest), ...manifest.devDependencies }),
    ]),
  );
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (name: string): string[] | undefined => {
    if (path.includes(name)) return [...path.slice(path.indexOf(name)), name];
    if (done.has(name)) return undefined;
    done.add(name);
    path.push(name);
    for (const next of edges.get(name) ?? []) {
      const cycle = edges.has(next) ? visit(next) : undefined;
      if (cycle) return cycle;
    }
    path.pop();
    return undefined;
  };
  for (const name of edges.keys()) {
    const cycle = visit(name);
    if (cycle) return cycle;
  }
  return undefined;
}

if (isMain(import.meta.url)) {
  const files = trackedFiles();
  const all = projects(files);
  const sources = files.filter((file) => /\.(ts|mts|mjs|js)$/.test(file));
  const problems = checkManifests(all);
  for (const file of sources) {
    const owner = all.find(({ dir }) => file.startsWith(`${dir}/`)) ?? all.find(({ dir }) => dir === '.');
    if (owner)
      problems.push(
        ...checkImports(file, owner, all, importsOf(file, readFileSync(join(root, file), 'utf8'))),
      );
  }
  report(problems, `${all.length} packages, ${sources.length} source files`);
}
