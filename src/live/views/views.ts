import type { Answers } from '../answers.js';
import { agent } from './agent.js';
import { agents } from './agents.js';
import { http } from './http.js';
import { metric } from './metric.js';
import { metrics } from './metrics.js';
import { models } from './models.js';
import { overview } from './overview.js';
import { system } from './system.js';
import type { View } from './view.js';

/** The views by name. */
export const VIEWS: { readonly [K in keyof Answers]: View<Answers[K]> } = {
  overview,
  agents,
  agent,
  models,
  http,
  metrics,
  metric,
  system,
};

/** Views that show the health checks. */
const WITH_CHECKS: readonly (keyof Answers)[] = ['overview', 'system'];

export function showsChecks(view: keyof Answers): boolean {
  return WITH_CHECKS.includes(view);
}

export function isView(name: string): name is keyof Answers {
  return Object.hasOwn(VIEWS, name);
}
