/** Thrown inside a loop that was ended. */
export class RunEnded extends Error {
  override readonly name = 'RunEnded';
}

/**
 * Steers a loop from outside: the loop awaits `between()` after each of its steps, and is held, let go on or ended there.
 * Other work that must not fall into the middle of a step is done there too.
 */
export class RunControl {
  private readonly jobs: (() => Promise<void>)[] = [];
  private held = false;
  private ended = false;
  private wake: (() => void) | null = null;

  /** Whether the loop is to stay at its next `between()`. */
  get isPaused(): boolean {
    return this.held;
  }

  pause(): void {
    this.held = true;
  }

  resume(): void {
    this.held = false;
    this.wake?.();
  }

  /** Has the loop throw {@link RunEnded} at its next `between()`. */
  end(): void {
    this.ended = true;
    this.wake?.();
  }

  /** Does a job between two steps, also while the loop is held. */
  inBetween<T>(job: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.jobs.push(() => job().then(resolve, reject));
      this.wake?.();
    });
  }

  /** @throws RunEnded when the loop is to end. */
  async between(): Promise<void> {
    for (;;) {
      await this.doJobs();
      if (this.ended) throw new RunEnded();
      if (!this.held) return;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
      this.wake = null;
    }
  }

  /** Does what is still to be done when the loop is over. */
  async doJobs(): Promise<void> {
    for (let job = this.jobs.shift(); job; job = this.jobs.shift()) await job();
  }
}
