import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HealthStatus } from '../health/health-status.js';
import { healthFormatFor } from './health-format.js';
import type { Probe } from './resources.js';
import { sendText } from './send.js';

interface HealthSource {
  healthCheck(): Promise<HealthStatus>;
}

interface ReadinessSource {
  isReady(): Promise<boolean>;
}

/** Answers for the health and the probes: 200 when all is well, 503 when not. */
export class HealthResponder {
  constructor(
    private readonly health: HealthSource,
    private readonly readiness: ReadinessSource,
  ) {}

  async respond(
    resource: 'health' | Probe,
    req: IncomingMessage,
    res: ServerResponse,
  ): Promise<void> {
    if (resource === 'health') return this.respondHealth(req, res);
    // Who can answer at all is alive: nothing else may decide on that, least of all another service.
    const isUp = resource === 'live' || (await this.readiness.isReady());
    const status = isUp ? 'up' : 'down';
    sendJson(res, isUp, 'application/json; charset=utf-8', { status });
  }

  private async respondHealth(
    req: IncomingMessage,
    res: ServerResponse,
  ): Promise<void> {
    const health = await this.health.healthCheck();
    const { type, write } = healthFormatFor(req.headers.accept);
    sendJson(res, health.healthy, type, write(health), { Vary: 'Accept' });
  }
}

function sendJson(
  res: ServerResponse,
  isUp: boolean,
  type: string,
  content: object,
  headers: { Vary?: string } = {},
): void {
  const body = JSON.stringify(content);
  sendText(res, isUp ? 200 : 503, body, {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    ...headers,
  });
}
