import type { Composer } from './composers/composer.js';

/** What the terminal says once the app listens. */
export function welcome(port: number, composer: Composer): string {
  const app = `http://localhost:${port}`;
  const elsewhere = port !== 3000;
  return `
Ask on a page    ${app}/
Ask a question   ${app}/agents/assistant/runs

  curl -s ${app}/agents/assistant/runs -H 'Content-Type: application/json' -d '{"input": "How do I count the calls of an agent?"}'

  Add -N -H 'Accept: text/event-stream' to have the answer streamed.

Live page        ${app}/metrics/live
Metrics          ${app}/metrics
Health           ${app}/health
Writer           ${composer.description}
Play questions   npm run load${elsewhere ? ` -- ${app}` : ''}
Prometheus       prometheus --config.file=sample-app/prometheus.yml${elsewhere ? `   (set its target to localhost:${port} first)` : ''}
`;
}
