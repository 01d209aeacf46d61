/** A fault of the worker, in words for people. */
export interface FaultMessage {
  readonly type: 'fault';
  readonly message: string;
}

/** Answers the messages of the page; what goes wrong is posted as a fault. */
export function serve<Request, Reply>(
  handle: (request: Request) => Promise<void> | void,
): {
  readonly post: (reply: Reply | FaultMessage, transfer?: Transferable[]) => void;
  readonly fail: (error: unknown) => void;
} {
  const post = (reply: Reply | FaultMessage, transfer: Transferable[] = []): void =>
    globalThis.postMessage(reply, { transfer });
  const fail = (error: unknown): void => {
    post({ type: 'fault', message: messageOf(error) });
  };
  globalThis.onmessage = async ({ data }: MessageEvent<Request>) => {
    try {
      await handle(data);
    } catch (error) {
      fail(error);
    }
  };
  return { post, fail };
}

/** What an error says to people. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
