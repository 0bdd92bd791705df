import type { AlertRule, RecordingRule, RuleGroup } from './rule.js';

type Group = RuleGroup<RecordingRule | AlertRule>;

/** What a file of rules has. */
export interface RulesFile {
  /** Stands above the rules, as a comment. */
  readonly header: string;
  readonly groups: readonly Group[];
  /** The page that explains the alerts. */
  readonly runbooks: string;
}

/** A rules file of Prometheus. */
export function rulesFile({ header, ...rules }: RulesFile): string {
  return `${comment(header)}\n${groupsOf(rules)}`;
}

/** The same rules for the Prometheus Operator. */
export function prometheusRule(
  name: string,
  { header, ...rules }: RulesFile,
): string {
  return `${comment(header)}
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: ${name}
spec:
${indented(groupsOf(rules), 2)}`;
}

function groupsOf({ groups, runbooks }: Omit<RulesFile, 'header'>): string {
  const texts = groups.map((group) => groupText(group, runbooks));
  return `groups:\n${indented(texts.join('\n'), 2)}`;
}

function groupText({ name, comment: why, rules }: Group, runbooks: string) {
  const head = why === undefined ? '' : `${comment(why)}\n`;
  const texts = rules.map((rule) => ruleText(rule, runbooks)).join('');
  return `${head}- name: ${scalar(name)}\n  rules:\n${indented(texts, 4)}`;
}

function ruleText(rule: RecordingRule | AlertRule, runbooks: string): string {
  const head = rule.comment === undefined ? '' : `${comment(rule.comment)}\n`;
  const text =
    'record' in rule
      ? `- record: ${rule.record}\n  expr: ${block(rule.expr)}`
      : alertText(rule, runbooks);
  return `${head}${text}`;
}

function alertText(rule: AlertRule, runbooks: string): string {
  const { alert, expr, for: wait, severity, summary, description } = rule;
  const runbook = `${runbooks}#${alert.toLowerCase()}`;
  return [
    `- alert: ${alert}`,
    `  expr: ${block(expr).trimEnd()}`,
    ...(wait === undefined ? [] : [`  for: ${wait}`]),
    '  labels:',
    `    severity: ${severity}`,
    '  annotations:',
    `    summary: ${scalar(summary)}`,
    `    description: ${scalar(description)}`,
    `    runbook_url: ${scalar(runbook)}`,
    '',
  ].join('\n');
}

/** An expression: of one line as it is, of several lines as a block. */
function block(expr: string): string {
  const isLong = expr.includes('\n');
  return isLong ? `|\n${indented(expr, 4)}\n` : `${scalar(expr)}\n`;
}

/** Texts that YAML could read as something else are quoted. */
function scalar(text: string): string {
  const isPlain =
    /^[A-Za-z_][^#\\]*$/.test(text) && !/: |:$|^(true|false|null)$/i.test(text);
  return isPlain ? text : `'${text.replaceAll("'", "''")}'`;
}

function comment(text: string): string {
  return text
    .split('\n')
    .map((line) => `# ${line}`.trimEnd())
    .join('\n');
}

function indented(text: string, by: number): string {
  return text.replace(/^(?=.)/gm, ' '.repeat(by));
}
