import type { MetricsStore } from '../../src/persistence/metrics-store.js';

/** A store in memory that can be down, hang or be slow. */
export class TestStore implements MetricsStore {
  readonly content = new Map<string, Uint8Array>();
  saves = 0;
  state: 'up' | 'down' | 'hanging' = 'up';
  private release: (() => void)[] = [];

  async load(key: string): Promise<Uint8Array | undefined> {
    await this.ready();
    return this.content.get(key);
  }

  async save(key: string, bytes: Uint8Array): Promise<void> {
    await this.ready();
    this.saves++;
    this.content.set(key, Uint8Array.from(bytes));
  }

  /** Lets all that hangs go on. */
  comeBack(): void {
    this.state = 'up';
    for (const release of this.release.splice(0)) release();
  }

  private async ready(): Promise<void> {
    if (this.state === 'down') throw new Error('the store is down');
    if (this.state === 'hanging') {
      await new Promise<void>((resolve) => this.release.push(resolve));
    }
  }
}
