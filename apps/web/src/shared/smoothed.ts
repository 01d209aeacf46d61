/** A running mean in which older values count less and less. */
export class Smoothed {
  private readonly keep: number;
  private sum = 0;
  private weight = 0;

  /** @param keep - share of the weight that a value keeps at the next one, below 1. */
  constructor(keep = 0.9) {
    this.keep = keep;
  }

  /** Takes a value in and gives the mean. */
  add(value: number): number {
    this.sum = this.keep * this.sum + value;
    this.weight = this.keep * this.weight + 1;
    return this.sum / this.weight;
  }
}
