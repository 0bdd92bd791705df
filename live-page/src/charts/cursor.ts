type Listener = (time: number | null, from: unknown) => void;

/** The one crosshair of the page: whoever points at a time tells all drawings. */
export class Cursor {
  readonly #listeners = new Set<Listener>();
  #time: number | null = null;

  get time(): number | null {
    return this.#time;
  }

  /** `from` is the drawing that the pointer is in; it has moved its own line already. */
  set(time: number | null, from?: unknown): void {
    if (time === this.#time) return;
    this.#time = time;
    for (const listener of this.#listeners) listener(time, from);
  }

  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
