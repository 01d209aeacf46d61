// What the repo checks know of the workspace: its packages, and the files git would keep.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export interface Manifest {
  name: string;
  version?: string;
  private?: boolean;
  exports?: Record<string, unknown>;
  publishConfig?: { exports?: Record<string, unknown> };
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { readonly optional?: boolean }>;
  optionalDependencies?: Record<string, string>;
}

export interface Project {
  /** Relative to the root, with forward slashes; `.` for the root itself. */
  dir: string;
  manifest: Manifest;
}

/** The repository's root, absolute, with a slash at the end. */
export const root: string = fileURLToPath(new URL('../..', import.meta.url));

/** Every package of the workspace, the root's own first. */
export function projects(files: readonly string[] = trackedFiles()): Project[] {
  return files
    .filter((file) =>
      /^(package\.json|(packages|apps|examples)\/[^/]+\/package\.json|(tests|bench|tools)\/package\.json)$/.test(
        file,
      ),
    )
    .map((file) => ({
      dir: dirname(file),
      manifest: JSON.parse(readFileSync(join(root, file), 'utf8')) as Manifest,
    }))
    .sort((a, b) => (a.dir < b.dir ? -1 : 1));
}

/** The packages that go to the registry. */
export function published(): Project[] {
  return projects().filter(({ dir, manifest }) => dir.startsWith('packages/') && manifest.private !== true);
}

/** Paths of the files that git tracks or would track, relative to the root. */
export function trackedFiles(): string[] {
  return [...new Set(gitFiles() ?? walkedFiles())].filter((file) => existsSync(join(root, file))).sort();
}

function gitFiles(): string[] | undefined {
  try {
    const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
    const list = execFileSync('git', args, {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 1 << 26,
      stdio: 'pipe',
    });
    return list.split('\0').filter(Boolean);
  } catch {
    return undefined; // a copy without its history
  }
}

function walkedFiles(): string[] {
  const skip = new Set(['node_modules', 'dist', '.git', '.turbo', '.cache', 'runs', 'coverage']);
  const files: string[] = [];
  const walk = (dir: string): void => {
    for (const entry of readdirSync(join(root, dir), { withFileTypes: true })) {
      const path = dir === '' ? entry.name : `${dir}/${entry.name}`;
      if (entry.isFile()) files.push(path);
      else if (entry.isDirectory() && !skip.has(entry.name)) walk(path);
    }
  };
  walk('');
  return files;
}

/** Whether a module is the program that was started, rather than imported. */
export function isMain(url: string): boolean {
  return process.argv[1] !== undefined && url === pathToFileURL(process.argv[1]).href;
}

/** Prints problems, one a line, and sets the exit code. */
export function report(problems: readonly string[], fine: string): void {
  for (const problem of problems) console.log(problem);
  if (problems.length === 0) console.log(fine);
  else process.exitCode = 1;
}
