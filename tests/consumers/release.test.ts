// The release, rehearsed on a copy of the manifests: one fixed group, and no major out of a minor of core.
import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { emptyFolder, removeFolder, root } from './outside.ts';

interface Manifest {
  name: string;
  version: string;
  private?: boolean;
  peerDependencies?: Record<string, string>;
}

let copy: string;

beforeAll(() => {
  copy = emptyFolder('release');
  for (const file of ['package.json', 'pnpm-workspace.yaml', 'pnpm-lock.yaml', '.changeset']) {
    cpSync(join(root, file), join(copy, file), { recursive: true });
  }
  for (const dir of ['packages', 'apps']) {
    for (const name of readdirSync(join(root, dir))) {
      cpSync(join(root, dir, name, 'package.json'), join(copy, dir, name, 'package.json'));
    }
  }
  for (const file of readdirSync(join(copy, '.changeset'))) {
    if (file.endsWith('.md') && file !== 'README.md') rmSync(join(copy, '.changeset', file));
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  writeFileSync(join(copy, '.gitignore'), 'node_modules\n');
  git('init', '--quiet', '--initial-branch=main');
  commit();
});

afterAll(() => removeFolder(copy));

function git(...args: string[]): void {
  execFileSync('git', args, { cwd: copy, stdio: 'pipe' });
}

function commit(): void {
  git('add', '.');
  git('-c', 'user.name=release', '-c', 'user.email=release@localhost', 'commit', '--quiet', '-m', 'release');
}

/** Every manifest of the copy under packages/ and apps/. */
function manifests(): Manifest[] {
  return ['packages', 'apps'].flatMap((dir) =>
    readdirSync(join(copy, dir)).map(
      (name) => JSON.parse(readFileSync(join(copy, dir, name, 'package.json'), 'utf8')) as Manifest,
    ),
  );
}

/** The one version that all published packages have. */
function groupVersion(): string {
  const versions = new Set(
    manifests()
      .filter((manifest) => manifest.private !== true)
      .map(({ version }) => version),
  );
  expect([...versions]).toHaveLength(1);
  return [...versions][0] ?? '';
}

/** Releases the copy with one changeset. */
function release(name: string, bump: 'patch' | 'minor'): void {
  writeFileSync(join(copy, '.changeset/rehearsal.md'), `---\n'${name}': ${bump}\n---\n\nRehearsal.\n`);
  commit();
  const changeset = join(root, 'node_modules/.bin/changeset');
  execFileSync(changeset, ['version'], { cwd: copy, stdio: 'pipe' });
  commit();
}

// Twice, as 0.0.x and 0.x ranges differ.
test.each(['first', 'second'])('a minor of core makes a minor of every published package (%s time)', () => {
  const [major, minor] = groupVersion().split('.').map(Number) as [number, number];
  const untouched = manifests().filter((manifest) => manifest.private === true);
  const peers = manifests().map(({ peerDependencies }) => peerDependencies);
  release('@flambeau/core', 'minor');
  expect(groupVersion()).toBe(`${major}.${minor + 1}.0`);
  expect(manifests().filter((manifest) => manifest.private === true)).toEqual(untouched);
  expect(manifests().map(({ peerDependencies }) => peerDependencies)).toEqual(peers);
});

test('a patch of a leaf makes a patch of every published package', () => {
  const [major, minor, patch] = groupVersion().split('.').map(Number) as [number, number, number];
  release('@flambeau/backend-cpu', 'patch');
  expect(groupVersion()).toBe(`${major}.${minor}.${patch + 1}`);
});
