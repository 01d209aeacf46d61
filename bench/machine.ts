import { arch, cpus, loadavg, platform, totalmem } from 'node:os';

/** The machine and the engine that the figures belong to. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly platform: string;
  readonly node: string;
  readonly v8: string;
  /** Mean number of running processes over the last minute, before the first measurement. */
  readonly load: number;
  readonly date: string;
}

/** Describes the machine as it is now. */
export function describeMachine(): Machine {
  const all = cpus();
  return {
    cpu: all[0]?.model.trim() ?? 'unknown',
    cores: all.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${platform()} ${arch()}`,
    node: process.versions.node,
    v8: process.versions.v8,
    load: loadavg()[0] ?? 0,
    date: new Date().toISOString().slice(0, 10),
  };
}

/** The line above the table. */
export function machineLine({
  cpu,
  cores,
  memoryGiB,
  platform: system,
  node,
  v8,
  load,
  date,
}: Machine): string {
  return `${date}, ${cpu}, ${cores} cores, ${memoryGiB} GiB, ${system}, Node ${node} (V8 ${v8}), load ${load.toFixed(2)}`;
}

/** A warning when other programs want the cores too, else null. One engine runs at a time, on one or two cores. */
export function loadWarning({ cores, load }: Machine): string | null {
  if (load <= cores / 4) return null;
  return `warning: the machine is busy (load ${load.toFixed(2)} on ${cores} cores): read the ratios, not the times.`;
}
