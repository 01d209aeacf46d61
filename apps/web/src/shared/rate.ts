/** How often something happens: the rate over the last seconds. */
export class Rate {
  private readonly times: number[] = [];
  private readonly window: number;

  /** @param window - milliseconds to look back. */
  constructor(window = 2000) {
    this.window = window;
  }

  /** Notes that it happened. @param now - milliseconds, never less than before. */
  tick(now: number): void {
    this.times.push(now);
    while (now - this.times[0]! > this.window) this.times.shift();
  }

  /** Forgets, as after a pause. */
  reset(): void {
    this.times.length = 0;
  }

  /** Times a second; 0 before the second time. */
  perSecond(): number {
    const { times } = this;
    const span = times.length > 1 ? times[times.length - 1]! - times[0]! : 0;
    return span > 0 ? (1000 * (times.length - 1)) / span : 0;
  }
}
