import type { Device } from './device.ts';
import type { Call, Run } from './dispatch/call.ts';
import type { Layer } from './dispatch/layers.ts';
import type { Gathered } from './dispatch/together.ts';
import type { AutogradEngine } from './engine.ts';
import { FlambeauError } from './errors.ts';
import type { TensorScope } from './memory/scope.ts';
import type { Generator } from './random/index.ts';
import type { ScalarNode } from './scalar/expr.ts';
import type { ScalarFunction } from './scalar/functions.ts';
import { VERSION } from './version.ts';

/** What is kept of a call until its device can have no fault of it left to tell: no tensors. */
export interface Ticket {
  readonly op: Call['op'];
  readonly attrs: unknown;
  readonly device: Device;
  readonly site: string | null;
}

/** State that exists once per process, however many copies of core are loaded. */
export interface Runtime {
  readonly version: string;
  defaultDevice: Device | null;
  /** The first device made whose memory is the host's own. */
  hostDevice: Device | null;
  /** False inside `noGrad`. */
  gradMode: boolean;
  /** Filled by `import '@flambeau/autograd'`. */
  engine: AutogradEngine | null;
  readonly layers: Layer[];
  /** The composed road to `execute`, rebuilt when a layer is added. */
  run: Run | null;
  scope: TensorScope | null;
  /** What is to be computed together, while something is. */
  gathered: Gathered | null;
  generator: Generator | null;
  /** How many random mask elements have been drawn on devices. */
  maskOffset: number;
  debug: boolean;
  /** The checked op whose lowering is running: faults inside it are told in its words. */
  faultOwner: Call | null;
  /** Calls whose faults a device may still report, by ticket. */
  readonly tickets: Map<number, Ticket>;
  nextTicket: number;
  /** Hash-consed scalar expressions: equal ones are one object in all copies. */
  readonly scalarNodes: Map<string, ScalarNode>;
  readonly scalarFunctions: Map<string, ScalarFunction>;
  /** How many map programs have been made. */
  programs: number;
}

const KEY = Symbol.for('flambeau.core');

/** Host names that core needs beyond the language. */
interface Host {
  [KEY]?: Runtime;
  process?: { env?: Record<string, string | undefined> };
}

function acquire(): Runtime {
  const host = globalThis as Host;
  const existing = host[KEY];
  if (existing) {
    if (existing.version !== VERSION) {
      throw new FlambeauError(
        'duplicate-core',
        'core',
        `two versions of @flambeau/core are loaded: got ${VERSION} beside ${existing.version}, expected one. Deduplicate it in your lockfile (npm ls @flambeau/core).`,
        { versions: [existing.version, VERSION] },
      );
    }
    return existing;
  }
  const created: Runtime = {
    version: VERSION,
    defaultDevice: null,
    hostDevice: null,
    gradMode: true,
    engine: null,
    layers: [],
    run: null,
    scope: null,
    gathered: null,
    generator: null,
    maskOffset: 0,
    debug: host.process?.env?.['FLAMBEAU_DEBUG'] === '1',
    faultOwner: null,
    tickets: new Map(),
    nextTicket: 1,
    scalarNodes: new Map(),
    scalarFunctions: new Map(),
    programs: 0,
  };
  host[KEY] = created;
  return created;
}

/** The one state of this process. */
export const runtime: Runtime = /*#__PURE__*/ acquire();

/**
 * Turns debug mode on or off: creation sites are recorded and shown in errors. Also `FLAMBEAU_DEBUG=1`.
 * Off, it costs nothing.
 */
export function setDebug(on: boolean): void {
  runtime.debug = on;
}
