import type { Answer, Greeting } from '../contenders/part.ts';
import type { Engine } from '../engines.ts';

/** An engine, set up for one work. It works only while it is asked to. */
export interface Entrant {
  readonly engine: Engine;
  /** Waits until the work is set up. */
  greeting(): Promise<Greeting>;
  /** Has the work done a number of times; resolves to how many milliseconds all of it took. */
  run(times: number): Promise<Answer>;
  /** Ends it; a run that is still going on fails with the reason. */
  close(reason?: string): Promise<void>;
}

/** An answer, or the error that came instead. */
export type OrError<T> = T | { readonly error: string };

/** @throws Error with the error that came instead of an answer. */
export function checked<T extends object>(answer: OrError<T>): T {
  if ('error' in answer) throw new Error(answer.error);
  return answer;
}
