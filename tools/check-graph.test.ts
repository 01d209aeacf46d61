import { describe, expect, test } from 'vitest';
import { checkImports, checkManifests } from './check-graph.ts';
import { importsOf } from './lib/imports.ts';
import type { Manifest, Project } from './lib/workspace.ts';

const project = (dir: string, manifest: Manifest): Project => ({ dir, manifest });
const core = project('packages/core', {
  name: '@flambeau/core',
  exports: { '.': {}, './testing': {} },
});
const cpu = project('packages/backend-cpu', {
  name: '@flambeau/backend-cpu',
  peerDependencies: { '@flambeau/core': 'workspace:^' },
  devDependencies: { '@flambeau/core': 'workspace:*' },
});
const rootProject = project('.', { name: 'monorepo', devDependencies: { vitest: '5.1.1' } });
const all = [rootProject, core, cpu];

describe('checkManifests', () => {
  test('accepts a backend on core', () => {
    expect(checkManifests(all)).toEqual([]);
  });

  test('refuses a run-time dependency against the arrow', () => {
    const nn = project('packages/nn', {
      name: '@flambeau/nn',
      dependencies: { '@flambeau/backend-cpu': 'workspace:^' },
    });
    expect(checkManifests([...all, nn])).toEqual([
      'packages/nn: may not depend on @flambeau/backend-cpu at run time',
    ]);
  });

  test('refuses a third-party run-time dependency in nn, peer or optional', () => {
    const nn = project('packages/nn', { name: '@flambeau/nn', optionalDependencies: { lodash: '4' } });
    expect(checkManifests([...all, nn])).toEqual(['packages/nn: third-party run-time dependency lodash']);
  });

  test('lets the WebGPU backend name its implementation in Node, as an optional peer alone', () => {
    const gpu = (optional: boolean): Project =>
      project('packages/backend-webgpu', {
        name: '@flambeau/backend-webgpu',
        peerDependencies: { '@flambeau/core': 'workspace:^', webgpu: '>=0.4.0' },
        peerDependenciesMeta: { webgpu: { optional } },
        devDependencies: { '@flambeau/core': 'workspace:*' },
      });
    expect(checkManifests([...all, gpu(true)])).not.toContain(
      'packages/backend-webgpu: third-party run-time dependency webgpu',
    );
    expect(checkManifests([...all, gpu(false)])).toContain(
      'packages/backend-webgpu: third-party run-time dependency webgpu',
    );
  });

  test('finds a cycle through development dependencies', () => {
    const looped = project('packages/core', {
      ...core.manifest,
      devDependencies: { '@flambeau/backend-cpu': 'workspace:*' },
    });
    expect(checkManifests([rootProject, looped, cpu])).toEqual([
      'dependency cycle: @flambeau/core → @flambeau/backend-cpu → @flambeau/core',
    ]);
  });

  test('asks for the workspace protocol on peers', () => {
    const nn = project('packages/nn', {
      name: '@flambeau/nn',
      peerDependencies: { '@flambeau/core': '^0.1.0' },
    });
    expect(checkManifests([...all, nn])).toEqual(['packages/nn: @flambeau/core is not "workspace:"']);
  });
});

describe('checkImports', () => {
  const check = (file: string, source: string): string[] =>
    checkImports(file, cpu, all, importsOf(file, source));

  test('accepts declared packages, their named subpaths and relative files', () => {
    const source =
      "import { a } from '@flambeau/core';\nexport * from '@flambeau/core/testing';\nimport './map.ts';";
    expect(check('packages/backend-cpu/src/index.ts', source)).toEqual([]);
  });

  test('refuses a relative import into another package, also a dynamic or a type import', () => {
    const source =
      "const a = await import('../../core/src/shape.ts');\ntype B = import('../../core/src/dtype.ts').B;";
    expect(check('packages/backend-cpu/src/index.ts', source)).toEqual([
      'packages/backend-cpu/src/index.ts:1: relative import leaves its package: ../../core/src/shape.ts',
      'packages/backend-cpu/src/index.ts:2: relative import leaves its package: ../../core/src/dtype.ts',
    ]);
  });

  test('refuses an undeclared package and a subpath that is not exported', () => {
    const source = "import 'lodash';\nimport type { B } from '@flambeau/core/src/dtype.ts';";
    expect(check('packages/backend-cpu/src/index.ts', source)).toEqual([
      'packages/backend-cpu/src/index.ts:1: lodash is not declared in packages/backend-cpu/package.json',
      'packages/backend-cpu/src/index.ts:2: @flambeau/core has no export @flambeau/core/src/dtype.ts',
    ]);
  });

  test('lets tests, not published sources, use Node and the development dependencies of the root', () => {
    const source = "import { readFileSync } from 'node:fs';\nimport { test } from 'vitest';";
    expect(check('packages/backend-cpu/src/map.test.ts', source)).toEqual([]);
    expect(check('packages/backend-cpu/src/map.ts', source)).toEqual([
      'packages/backend-cpu/src/map.ts:1: published code may not import node:fs',
      'packages/backend-cpu/src/map.ts:2: vitest is not declared in packages/backend-cpu/package.json',
    ]);
  });

  test('lets the subpath for Node use Node, and nothing portable use that subpath', () => {
    const files = project('packages/files', { name: '@flambeau/files', exports: { '.': {}, './node': {} } });
    const from = (owner: Project, file: string, source: string): string[] =>
      checkImports(file, owner, [...all, files], importsOf(file, source));
    expect(
      from(files, 'packages/files/src/node/index.ts', "import 'node:fs';\nimport '../read.ts';"),
    ).toEqual([]);
    expect(from(files, 'packages/files/src/read.ts', "import './node/index.ts';")).toEqual([
      'packages/files/src/read.ts:1: portable code may not import ./node/index.ts',
    ]);
    expect(from(cpu, 'packages/backend-cpu/src/node/index.ts', "import 'node:fs';")).toEqual([
      'packages/backend-cpu/src/node/index.ts:1: published code may not import node:fs',
    ]);
  });

  test('does not read imports out of comments and strings', () => {
    const source =
      "/** @example import { x } from 'nowhere'; */\nexport const s: string = \"import 'nowhere'\";";
    expect(check('packages/backend-cpu/src/map.ts', source)).toEqual([]);
  });
});
