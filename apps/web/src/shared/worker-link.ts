import type { FaultMessage } from './worker-host.ts';

/** The page's end of a worker. */
export class WorkerLink<Request, Reply extends { readonly type: string }> {
  private readonly worker: Worker;

  /** @param take - receives what the worker posts, and its faults. */
  constructor(worker: Worker, take: (reply: Reply | FaultMessage) => void) {
    this.worker = worker;
    worker.onmessage = ({ data }: MessageEvent<Reply>) => take(data);
    worker.onerror = ({ message }) =>
      take({ type: 'fault', message: message || 'The worker could not be started.' });
  }

  send(request: Request, transfer: Transferable[] = []): void {
    this.worker.postMessage(request, transfer);
  }
}
