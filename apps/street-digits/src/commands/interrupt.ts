import { StoppedError } from '../failure.ts';

/**
 * Does work that Ctrl-C stops at its next safe place.
 *
 * @param message - what to tell then.
 * @throws StoppedError when it was stopped.
 */
export async function stopOnInterrupt(
  work: (signal: AbortSignal) => Promise<void>,
  message: string,
): Promise<void> {
  const controller = new AbortController();
  const stop = (): void => controller.abort(new StoppedError(message));
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  try {
    await work(controller.signal);
  } catch (error) {
    // A fetch that was aborted has its own idea of the reason.
    throw controller.signal.aborted ? controller.signal.reason : error;
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
}
