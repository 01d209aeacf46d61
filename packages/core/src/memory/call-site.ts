import { runtime } from '../runtime.ts';

/** In debug mode, or when asked to, the first stack frame outside of core and its sibling packages' sources; else null. */
export function callSite(always = false): string | null {
  if (!runtime.debug && !always) return null;
  const host = Error as { stackTraceLimit?: number };
  const limit = host.stackTraceLimit;
  host.stackTraceLimit = 100; // V8 keeps ten frames: fewer than a loss inside a module has
  const frames = (new Error().stack ?? '').split('\n').slice(1);
  if (limit !== undefined) host.stackTraceLimit = limit;
  const outside = frames.find(
    (frame) => !/[/\\](core|autograd|nn|losses|optim)[/\\](src|dist)[/\\](?!.*\.test\.)/.test(frame),
  );
  return outside ? outside.trim().replace(/^at /, '') : null;
}
