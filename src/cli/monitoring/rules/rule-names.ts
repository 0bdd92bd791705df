import type { Metrics } from '../metrics.js';

/** The name of a metric in the names of its rates. */
export function base(name: string): string {
  return name.replace(/_total$/, '');
}

/** The recorded share of failed calls in a window. */
export function errorRatio({ agent }: Metrics, window: string): string {
  return `job_agent:${base(agent.executions.name)}_errors:ratio_rate${window}`;
}

/** The recorded quantile of durations in percent, e.g. 95. */
export function durationQuantile({ agent }: Metrics, percent: number): string {
  return `job_agent:${agent.duration.name}:p${percent}_5m`;
}

/** The recorded rate of all tokens of an agent. */
export function tokenRate({ tokens }: Metrics): string {
  return `job_agent:${base(tokens.input.name).replace('_input', '')}:rate5m`;
}

/** The recorded rates of the buckets of a histogram of models. */
export function modelBuckets({ name }: Metrics['model']['duration']): string {
  return `job_gen_ai_request_model_le:${name}_bucket:rate5m`;
}

/** The recorded rate of the calls of tools. */
export function toolRate({ run }: Metrics): string {
  return `job_gen_ai_tool_name_error_type:${run.tool.name}_count:rate5m`;
}

/** The names of the rules that count failures, the first one of a series included. */
export function failureNames({ agent, run }: Metrics) {
  return {
    calls: `job_agent_method:${base(agent.executions.name)}_failures:increase5m`,
    timed: `job_agent_method:${agent.duration.name}_count_failures:increase5m`,
    tools: `job_gen_ai_tool_name:${run.tool.name}_count_failures:increase5m`,
  };
}
