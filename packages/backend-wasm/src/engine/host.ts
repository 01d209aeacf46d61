interface Host {
  readonly process?: {
    readonly versions?: { readonly node?: string; readonly bun?: string };
    readonly env?: Readonly<Record<string, string | undefined>>;
    getBuiltinModule?(name: string): unknown;
  };
  readonly Deno?: unknown;
  readonly Bun?: unknown;
  readonly crossOriginIsolated?: boolean;
  readonly navigator?: { readonly hardwareConcurrency?: number };
}

/** What is there beside the language itself, without a word on which host it is. */
export const host: Host = globalThis as Host;

/** What the host's `process` says; undefined where it has none, and where it forbids to look, as edge runtimes do. */
function fromProcess<T>(look: (process: NonNullable<Host['process']>) => T): T | undefined {
  try {
    return host.process && look(host.process);
  } catch {
    return undefined;
  }
}

/** A module of Node's own, where there is one: without an import, which bundlers for browsers would follow. */
export function builtinModule<Module>(name: string): Module | null {
  return fromProcess((process) => process.getBuiltinModule?.(name) as Module | undefined) ?? null;
}

/** The major version of Node, 0 elsewhere: Deno and Bun name one too, but their engines go by other numbers. */
export function nodeMajor(): number {
  if (host.Deno !== undefined || host.Bun !== undefined) return 0;
  return Number.parseInt(fromProcess(({ versions }) => versions?.node) ?? '0', 10);
}

/** A variable of the environment, where there is one that may be read. */
export function environment(name: string): string | undefined {
  return fromProcess(({ env }) => env?.[name]);
}

/** How many threads the host can run at a time, as far as it says. */
export function availableCores(): number {
  const os = builtinModule<{ availableParallelism?(): number }>('node:os');
  return Math.max(1, os?.availableParallelism?.() ?? host.navigator?.hardwareConcurrency ?? 1);
}

/**
 * Sets a flag of V8 for the whole process, where the host is Node. V8 prints a line for a flag that it does not know:
 * look at {@link nodeMajor} first.
 */
export function setV8Flag(flag: string): void {
  builtinModule<{ setFlagsFromString(flag: string): void }>('node:v8')?.setFlagsFromString(flag);
}
