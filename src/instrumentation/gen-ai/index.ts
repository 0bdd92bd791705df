export type { AgentMetricsOptions } from './agents.options.js';
export {
  GEN_AI_CONVENTIONS_DATE,
  GEN_AI_METRICS,
  type GenAiMetric,
  type GenAiOperation,
} from './gen-ai-conventions.js';
export type {
  ChunkAnswer,
  ChunkOf,
  ChunkStream,
  EndedAgentRun,
  EndedWorkflow,
  Inference,
  InferenceAnswer,
  InferenceRequest,
  ReadChunk,
  TokenUsage,
  ToolCall,
} from './recordings.js';
export type { RunningInference } from './running-inference.js';
export type { RunningWork } from './running-work.js';
export type { ModelPrice, Prices, PriceTable } from './price-table.js';
