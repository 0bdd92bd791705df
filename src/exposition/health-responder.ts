import type { IncomingMessage, ServerResponse } from 'node:http';
import { Content } from './content.js';
import type { HealthStatus } from './health-status.js';
import type { Resource } from './resources.js';
import { send } from './send.js';

/** Answers for the health as JSON: 200 when healthy, 503 when not. */
export class HealthResponder {
  constructor(private readonly health: () => Promise<HealthStatus>) {}

  async respond(
    _resource: Exclude<Resource, 'metrics'>,
    req: IncomingMessage,
    res: ServerResponse,
  ): Promise<void> {
    const health = await this.health();
    const status = health.healthy ? 200 : 503;
    const content = new Content([Buffer.from(JSON.stringify(health))]);
    await send(req, res, status, 'application/json; charset=utf-8', content);
  }
}
