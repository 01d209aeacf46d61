import type { KernelContext } from '../backend.ts';
import type { Device } from '../device.ts';
import { DeviceError } from '../errors.ts';
import { callSite } from '../memory/call-site.ts';
import { runtime } from '../runtime.ts';
import type { Call } from './call.ts';
import { faultError } from './execute.ts';

/** How a device tells faults that its kernels cannot return: `lateFaults`, which backends hand to `createDevice`. */
export interface LateFaults {
  /** What a kernel is given for a call: its ticket leads back to the call. */
  context(call: Call, device: Device): KernelContext;
  /** Throws the first fault that the device has noticed since the last read, if any. */
  check(device: Device): Promise<void>;
}

/** Issues a ticket that leads back to the call, if the kernel asks for one. */
class TicketOffice implements KernelContext {
  readonly #call: Call;
  readonly #device: Device;
  readonly #site: string | null;
  #ticket = 0;

  constructor(call: Call, device: Device) {
    this.#call = call;
    this.#device = device;
    this.#site = callSite();
  }

  get ticket(): number {
    if (this.#ticket === 0) {
      this.#ticket = runtime.nextTicket++;
      const { op, attrs } = runtime.faultOwner ?? this.#call;
      runtime.tickets.set(this.#ticket, { op, attrs, device: this.#device, site: this.#site });
    }
    return this.#ticket;
  }
}

/** Faults that are told at the next read. For backends with `takeFault`: pass it to `createDevice`. */
export const lateFaults: LateFaults = {
  context: (call, device) => new TicketOffice(call, device),
  check: async (device) => {
    const issued = runtime.nextTicket;
    const fault = await device.backend.takeFault?.();
    const known = runtime.tickets.get(fault?.ticket ?? 0);
    for (const [number, ticket] of runtime.tickets) {
      if (number < issued && ticket.device === device) runtime.tickets.delete(number);
    }
    if (!fault) return;
    if (!known) {
      throw new DeviceError(
        'read',
        `a kernel reported an invalid value: got ${fault.value} at position ${fault.index}.`,
        { ...fault },
      );
    }
    const error = faultError(known, fault);
    if (known.site) error.message += ` Called at ${known.site}.`;
    throw error;
  },
};
