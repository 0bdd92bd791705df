export type { ChunkAnswer, InferenceAnswer } from '../../accounting/answer.js';
export {
  AnswerReader,
  answerReader,
  type ChunkReader,
  readAnswer,
} from '../../accounting/answer-reader.js';
export type {
  AnswerApi,
  AnswerSource,
} from '../../accounting/answer-source.js';
export { type FinishKind, finishKind } from '../../accounting/finish-kind.js';
export type { OddFields } from '../../accounting/odd-fields.js';
export type {
  BilledTokens,
  EstimatedTokens,
  Modality,
  Money,
  TokensByModality,
  TokenUsage,
} from '../../accounting/usage.js';
export type { AgentMetricsOptions } from './agents.options.js';
export {
  GEN_AI_CONVENTIONS_DATE,
  GEN_AI_METRICS,
  type GenAiMetric,
  type GenAiOperation,
} from '../../core/gen-ai-conventions.js';
export type {
  ChunkOf,
  ChunkStream,
  EndedAgentRun,
  EndedWorkflow,
  Evaluation,
  Inference,
  InferenceRequest,
  ReadChunk,
  Retry,
  ToolCall,
} from './recordings.js';
export type { InferenceTexts } from './inference-texts.js';
export type { RunningInference } from './running-inference.js';
export type { RunningWork } from './running-work.js';
export type { TokenizedModel, Tokenizer } from './token-estimator.js';
export type { KeptTexts } from '../../accounting/texts/kept-texts.js';
export type {
  HourlyPrice,
  LengthTier,
  ModelPrice,
  PriceFile,
  PriceFiles,
  Prices,
  PriceSource,
  PriceTable,
  ServiceTierPrice,
} from '../../accounting/prices/price-table.js';
export type { Rate, TokenRates } from '../../accounting/prices/token-rates.js';
