import { metricsOf, modelLabelOf, type Subject } from '../metrics.js';
import type { Thresholds } from '../thresholds.js';
import { alertRules } from './alert-rules.js';
import { recordingRules } from './recording-rules.js';
import { prometheusRule, rulesFile } from './rules-file.js';

/** What rules are made for. */
export interface RulesSubject extends Subject {
  readonly thresholds: Thresholds;
  /** The page that explains the alerts, where each has a section. */
  readonly runbooks: string;
}

const RECORDING_HEADER = `Prometheus rules for the metrics of nestjs-agent-metrics, over all instances of a job.

Names are level:metric:operations: the labels that are left, the metric (without
"_total" where it is a rate), and what was done, with the window at the end. Each
instance counts from zero when it starts, so rates are taken first and summed then,
and quantiles are made of summed buckets. Rates of the rules named ":sum" would be wrong.
`;

const ALERTS_HEADER = `Alerts on the metrics of nestjs-agent-metrics. They read the recording rules, which
must be loaded too. docs/reference/alerts.md says what each one means and what to do.
`;

/** The rules of an app: files by their names. */
export function rulesOf(subject: RulesSubject): ReadonlyMap<string, string> {
  const { id } = subject.names;
  const { recording, alerts, runbooks } = groupsOf(subject);
  const made = madeFor(subject);
  return new Map([
    [
      `${id}.rules.yml`,
      rulesFile(RECORDING_HEADER + made, recording, runbooks),
    ],
    [`${id}.alerts.yml`, rulesFile(ALERTS_HEADER + made, alerts, runbooks)],
  ]);
}

/** The same rules as one resource of the Prometheus Operator. */
export function prometheusRuleOf(
  subject: RulesSubject,
): ReadonlyMap<string, string> {
  const { id } = subject.names;
  const { recording, alerts, runbooks } = groupsOf(subject);
  const name = `${id.toLowerCase().replaceAll('_', '-')}-rules`;
  const header = RECORDING_HEADER + madeFor(subject);
  const groups = [...recording, ...alerts];
  return new Map([
    [
      `${id}.prometheusrule.yaml`,
      prometheusRule(name, header, groups, runbooks),
    ],
  ]);
}

function groupsOf(subject: RulesSubject) {
  const metrics = metricsOf({ ...subject, histograms: 'classic' });
  const { thresholds, runbooks } = subject;
  return {
    recording: recordingRules(metrics, modelLabelOf(subject)),
    alerts: alertRules(metrics, thresholds),
    runbooks,
  };
}

/** How to make the files for other names. */
function madeFor({ names }: RulesSubject): string {
  const { namespace, subsystem } = names;
  const part = subsystem === '' ? '' : ` and the subsystem "${subsystem}"`;
  return `
For the namespace "${namespace}"${part}. For other names, limits and conventions:
  npx nestjs-agent-metrics rules --namespace shop --subsystem api --out ./monitoring`;
}
