import type { DeviceName, DeviceReport, DeviceState } from './devices.ts';
import { find, make } from './dom.ts';
import { inWords } from './fault.ts';

const titles: Readonly<Record<DeviceName, string>> = {
  wasm: 'WebAssembly',
  webgpu: 'WebGPU',
  cpu: 'JavaScript',
};

const isolationHelp =
  'This page is not cross-origin isolated: WebAssembly computes on one thread, and is slower. ' +
  'It takes all cores where the server sends two headers, as npm run web does: ' +
  'Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp.';

/** The choice of a device, with what is not available and why, and what the device says of itself. */
export class DevicePanel {
  private readonly select: HTMLSelectElement;
  private readonly notes: HTMLElement;
  private readonly report: HTMLElement;
  private locked = false;

  /**
   * @param onChange - called when the user takes another device.
   * @remarks Wants `#device`, `#device-notes` and `#device-report` in the page.
   */
  constructor(onChange: (device: DeviceName) => void) {
    this.select = find('#device', HTMLSelectElement);
    this.notes = find('#device-notes', HTMLElement);
    this.report = find('#device-report', HTMLElement);
    this.select.addEventListener('change', () => onChange(this.device));
  }

  /** Shows what there is and takes the first that is available. */
  show(states: readonly DeviceState[]): void {
    this.select.replaceChildren(
      ...states.map(({ name, fault }) => {
        const option = make('option', { value: name }, titles[name] + (fault ? ' (not available)' : ''));
        option.disabled = fault !== null;
        return option;
      }),
    );
    const first = states.find(({ fault }) => fault === null);
    if (first) this.select.value = first.name;
    const notes = states
      .filter(({ fault }) => fault !== null)
      .map(({ name, fault }) => `${titles[name]} is not available: ${inWords(fault!)}`);
    if (!crossOriginIsolated) notes.unshift(isolationHelp);
    this.notes.replaceChildren(...notes.map((note) => make('p', { class: 'note' }, note)));
    this.lock(this.locked);
  }

  get device(): DeviceName {
    return this.select.value as DeviceName;
  }

  /** Whether the device can be chosen now. */
  lock(locked: boolean): void {
    this.locked = locked;
    this.select.disabled = locked || this.select.options.length === 0;
  }

  /** Shows what a device says of itself. */
  showReport(report: DeviceReport): void {
    this.report.textContent = JSON.stringify(report, null, 2);
  }
}
