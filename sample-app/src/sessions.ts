import { Injectable } from '@nestjs/common';
import { MetricsCollector } from 'nestjs-agent-metrics';

const FIVE_MINUTES = 5 * 60 * 1000;
const MAX_SESSIONS = 10_000;

/**
 * Remembers the sessions seen in the last five minutes, 10,000 at most. The gauge
 * `active_sessions` asks it how many there are whenever it is scraped.
 */
@Injectable()
export class Sessions {
  /** When each session was last seen, the one not seen for longest first. */
  private readonly lastSeen = new Map<string, number>();

  constructor(metrics: MetricsCollector) {
    metrics.gauge('active_sessions', {
      description: 'Number of active sessions',
      collect: () => this.active(),
    });
  }

  seen(session: string): void {
    this.lastSeen.delete(session);
    this.lastSeen.set(session, Date.now());
    if (this.lastSeen.size > MAX_SESSIONS) this.forgetOldest();
  }

  active(): number {
    const since = Date.now() - FIVE_MINUTES;
    for (const seenAt of this.lastSeen.values()) {
      if (seenAt > since) break;
      this.forgetOldest();
    }
    return this.lastSeen.size;
  }

  private forgetOldest(): void {
    const [oldest] = this.lastSeen.keys();
    if (oldest !== undefined) this.lastSeen.delete(oldest);
  }
}
