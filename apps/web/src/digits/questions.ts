/** Sends one question at a time; of those that come meanwhile, only the last is sent. */
export class Questions<Q> {
  private readonly send: (id: number, question: Q) => void;
  private asked = 0;
  private open = false;
  private waiting: { readonly question: Q } | null = null;
  private wanted = 0;

  constructor(send: (id: number, question: Q) => void) {
    this.send = send;
  }

  ask(question: Q): void {
    this.waiting = { question };
    this.sendNext();
  }

  /** Wants no answer any more to what was asked so far. */
  forget(): void {
    this.waiting = null;
    this.wanted = this.asked + 1;
  }

  /** Notes that a question was answered, or could not be. @returns whether the answer is still wanted. */
  settle(id: number): boolean {
    this.open = false;
    this.sendNext();
    return id >= this.wanted;
  }

  private sendNext(): void {
    if (this.open || !this.waiting) return;
    const { question } = this.waiting;
    this.waiting = null;
    this.open = true;
    this.asked++;
    this.send(this.asked, question);
  }
}
