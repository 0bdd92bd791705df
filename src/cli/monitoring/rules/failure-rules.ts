import type { Metrics } from '../metrics.js';
import { type RecordingRule, record, type RuleGroup } from './rule.js';
import { failureNames } from './rule-names.js';

/** Counts failures, also the first one of a kind, which `increase()` does not see. */
// Why: docs/decisions/instrumentation.md, "A failure's series starts without its error type".
export function failureRules(metrics: Metrics): RuleGroup<RecordingRule> {
  const { agent, run } = metrics;
  const names = failureNames(metrics);
  const tool = `${run.tool.name}_count`;
  return {
    name: 'failures',
    comment: `How many calls of each method, tool and so on have failed in five minutes, the first one included.
increase() does not see the first value of a series: the series of an error_type that has
fewer samples in the window than the series without error_type, which the app starts at 0, is
new, and all that it has is an increase.`,
    rules: [
      record(names.calls, callFailures(agent.executions.name)),
      record(names.timed, callFailures(`${agent.duration.name}_count`)),
      record(
        names.tools,
        failures({
          by: 'job, gen_ai_tool_name',
          failed: `${tool}{error_type!=""}`,
          started: `${tool}{error_type="",gen_ai_agent_name=""}`,
          ignored: 'error_type, gen_ai_agent_name',
        }),
        'The series without error_type is that of calls outside of agent runs.',
      ),
    ],
  };
}

function callFailures(calls: string): string {
  return failures({
    by: 'job, agent, method',
    failed: `${calls}{status="error"}`,
    started: `${calls}{status="error",error_type=""}`,
    ignored: 'error_type',
  });
}

interface Failures {
  readonly by: string;
  /** The series of failed calls. */
  readonly failed: string;
  /** The series that the app starts at 0. */
  readonly started: string;
  /** The labels that only the former have. */
  readonly ignored: string;
}

function failures({ by, failed, started, ignored }: Failures): string {
  return `
    sum by (${by}) (
      increase(${failed}[5m]) > 0
        or
      (
        ${failed}
          and
        count_over_time(${failed}[5m])
          < ignoring (${ignored}) group_left ()
        count_over_time(${started}[5m])
      )
    )
  `;
}
