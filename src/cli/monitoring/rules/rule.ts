/** A series that Prometheus computes from others. */
export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
  /** Stands above the rule in the file. */
  readonly comment?: string;
}

export type Severity = 'critical' | 'warning' | 'info';

/** An alert. Its runbook is the section of docs/reference/alerts.md with its name. */
export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly severity: Severity;
  /** One line, with the labels that tell what it is about. */
  readonly summary: string;
  /** What the value means. */
  readonly description: string;
  readonly comment?: string;
}

/** Rules that are evaluated one after the other. */
export interface RuleGroup<R extends RecordingRule | AlertRule> {
  readonly name: string;
  readonly comment?: string;
  readonly rules: readonly R[];
}

/** A recording rule; an expression of several lines keeps its indentation. */
export function record(
  name: string,
  expr: string,
  comment?: string,
): RecordingRule {
  return {
    record: name,
    expr: withoutMargin(expr),
    ...(comment !== undefined && { comment }),
  };
}

/** Removes the indentation that all lines of a text share, and empty lines around it. */
export function withoutMargin(text: string): string {
  const lines = text.replace(/^\n|\n\s*$/g, '').split('\n');
  const margins = lines
    .filter((line) => line.trim() !== '')
    .map((line) => line.search(/\S/));
  const margin = Math.min(...margins);
  return lines.map((line) => line.slice(margin)).join('\n');
}
