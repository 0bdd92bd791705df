import { metricsOf, modelLabelOf, type Subject } from '../metrics.js';
import { alertRules } from './alert-rules.js';
import { recordingRules } from './recording-rules.js';
import { prometheusRule, type RulesFile, rulesFile } from './rules-file.js';

/** What rules are made for. */
export interface RulesSubject extends Subject {
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

const BOTH_HEADER = `${RECORDING_HEADER}
The alerts read these rules. docs/reference/alerts.md says what each one means and what to do.
`;

/** The rules of an app: files by their names. */
export function rulesOf(subject: RulesSubject): ReadonlyMap<string, string> {
  const { id } = subject.names;
  const { runbooks } = subject;
  const { recording, alerts } = groupsOf(subject);
  const file = (header: string, groups: RulesFile['groups']) =>
    rulesFile({ header: header + madeFor(subject), groups, runbooks });
  return new Map([
    [`${id}.rules.yml`, file(RECORDING_HEADER, recording)],
    [`${id}.alerts.yml`, file(ALERTS_HEADER, alerts)],
  ]);
}

/** The same rules as one resource of the Prometheus Operator. */
export function prometheusRuleOf(
  subject: RulesSubject,
): ReadonlyMap<string, string> {
  const { id } = subject.names;
  const { runbooks } = subject;
  const { recording, alerts } = groupsOf(subject);
  // A name of Kubernetes (RFC 1123): no other characters, and a letter or a digit first.
  const words = id.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  const name = [...words, 'rules'].join('-');
  const header = BOTH_HEADER + madeFor(subject, ' --kubernetes');
  const groups = [...recording, ...alerts];
  return new Map([
    [
      `${id}.prometheusrule.yaml`,
      prometheusRule(name, { header, groups, runbooks }),
    ],
  ]);
}

// They read classic histograms only, which all versions of Prometheus store.
function groupsOf(subject: RulesSubject) {
  const metrics = metricsOf({ ...subject, histograms: 'classic' });
  return {
    recording: recordingRules(metrics, modelLabelOf(subject)),
    alerts: alertRules(metrics, subject.thresholds),
  };
}

/** How to make the files for other names. */
function madeFor({ names }: RulesSubject, options = ''): string {
  const { namespace, subsystem } = names;
  const part = subsystem === '' ? '' : ` and the subsystem "${subsystem}"`;
  return `
For the namespace "${namespace}"${part}. For other names, limits and conventions:
  npx nestjs-agent-metrics rules${options} --namespace shop --subsystem api --out ./monitoring`;
}
