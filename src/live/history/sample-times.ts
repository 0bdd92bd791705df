/** When samples were taken, and where they begin in the log; the latest ones up to a number. */
export class SampleTimes {
  /** The number of the first sample that is kept. */
  first = 0;
  /** The number of the next sample. */
  next = 0;
  private readonly times: Float64Array;
  private readonly seconds: Float32Array;
  private readonly positions: Float64Array;

  constructor(private readonly capacity: number) {
    this.times = new Float64Array(capacity);
    this.seconds = new Float32Array(capacity);
    this.positions = new Float64Array(capacity);
  }

  get bytes(): number {
    return this.capacity * 20;
  }

  get isFull(): boolean {
    return this.next - this.first >= this.capacity;
  }

  /**
   * @param time in Unix seconds.
   * @param seconds since the sample before.
   * @param position of its first byte in the log.
   */
  add(time: number, seconds: number, position: number): void {
    const at = this.next % this.capacity;
    this.times[at] = time;
    this.seconds[at] = seconds;
    this.positions[at] = position;
    this.next++;
  }

  dropFirst(): void {
    this.first++;
  }

  timeOf(sample: number): number {
    return this.times[sample % this.capacity]!;
  }

  /** Seconds that the sample covers. */
  secondsOf(sample: number): number {
    return this.seconds[sample % this.capacity]!;
  }

  positionOf(sample: number): number {
    return this.positions[sample % this.capacity]!;
  }
}
