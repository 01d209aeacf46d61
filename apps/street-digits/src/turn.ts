let waiting: (() => void)[] = [];
let channel: MessageChannel | undefined;

/** Lets signals, messages, timers and drawing have their turn. */
export function turn(): Promise<void> {
  // Timers of a page wait four milliseconds, a message none.
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve);
    else post(resolve);
  });
}

function post(resolve: () => void): void {
  if (!channel) {
    channel = new MessageChannel();
    channel.port1.onmessage = () => {
      const due = waiting;
      waiting = [];
      for (const go of due) go();
    };
  }
  waiting.push(resolve);
  channel.port2.postMessage(null);
}
