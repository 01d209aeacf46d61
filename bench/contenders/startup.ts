import type { Library, Setup, Task } from './part.ts';

/** What the id begins with under which engines are asked for their start instead of a work. */
const STARTUP = 'startup';

/** That id for steps on so many pictures: `startup64`. */
export const startupOn = (pictures: number): string => `${STARTUP}${pictures}`;

/** A part of a start. Each is a training step of the CNN, timed to the read of its loss. */
export interface Phase {
  readonly id: string;
  readonly title: string;
}

/** In the order in which an engine goes through them, one a run. */
export const phases: readonly Phase[] = [
  { id: 'cold', title: 'device, model, first step' },
  { id: 'next', title: 'its next step' },
  { id: 'model', title: 'a second model, first step' },
  { id: 'batch', title: 'a third on fewer pictures, first step' },
];

/** Another batch size: not a multiple of anything that kernels like. */
const fewer = (pictures: number): number => Math.ceil((pictures * 5) / 9);

/**
 * Goes through the phases: the first opens the device and has nothing compiled, later ones find what earlier ones left.
 *
 * @returns why the library has none, or null where the id is that of a work.
 */
export function startUp(id: string, { open, cnnStep }: Library): Setup | string | null {
  if (!id.startsWith(STARTUP)) return null;
  if (!cnnStep) return 'for GPUs only';
  const pictures = Number(id.slice(STARTUP.length));
  let step: Task = () => {};
  const first = async (count: number): Promise<number | void> => {
    step = await cnnStep(count)();
    return step(1, 1);
  };
  const actions: Readonly<Record<string, () => ReturnType<Task>>> = {
    cold: async () => {
      const refusal = await open();
      if (refusal !== null) throw new Error(refusal);
      return first(pictures);
    },
    next: () => step(1, 1),
    model: () => first(pictures),
    batch: () => first(fewer(pictures)),
  };
  let turn = 0;
  return () => () => actions[phases[turn++]?.id ?? '']?.();
}
