export { AgentMetricsHandler } from './agent-metrics-handler.js';
export type { AgentMetricsHandlerOptions, Chain } from './chains.js';
