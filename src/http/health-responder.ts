import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HealthStatus } from '../health/health-status.js';
import { Content } from '../exposition/content.js';
import { healthFormatFor } from './health-format.js';
import type { Probe } from './resources.js';
import { send } from './send.js';

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
    await sendJson(req, res, isUp, 'application/json; charset=utf-8', {
      status,
    });
  }

  private async respondHealth(
    req: IncomingMessage,
    res: ServerResponse,
  ): Promise<void> {
    const health = await this.health.healthCheck();
    const { type, write } = healthFormatFor(req.headers.accept);
    await sendJson(req, res, health.healthy, type, write(health));
  }
}

function sendJson(
  req: IncomingMessage,
  res: ServerResponse,
  isUp: boolean,
  type: string,
  content: object,
): Promise<void> {
  const body = Buffer.from(JSON.stringify(content));
  return send(req, res, isUp ? 200 : 503, type, new Content([body]));
}
