import type { Output } from '../output.js';
import { dashboardsOf } from './dashboards/dashboards.js';
import type { Subject } from './metrics.js';
import {
  COMMON_HELP,
  DASHBOARDS_ARGS,
  type MonitoringOptions,
  readOptions,
  RULES_ARGS,
} from './monitoring.options.js';
import { prometheusRuleOf, rulesOf } from './rules/rules.js';
import { writeFiles } from './write-files.js';

const EXIT_CODES = `Exit codes:
  0  The files are written
  1  The files cannot be written, or exist already: the message says what was written
  2  The command line is wrong`;

export const DASHBOARDS_HELP = `Usage: nestjs-agent-metrics dashboards [--namespace NAME] [--subsystem NAME] [--out FOLDER]

Writes dashboards for Grafana, with the names that the metrics of an app have.

Options:
      --histograms KIND    Which histograms Prometheus stores: classic, native or both; default: both
${COMMON_HELP}

${EXIT_CODES}`;

export const RULES_HELP = `Usage: nestjs-agent-metrics rules [--namespace NAME] [--subsystem NAME] [--out FOLDER]

Writes recording rules and alerts for Prometheus, with the names that the metrics of an app have.

Options:
      --kubernetes         Writes a PrometheusRule, the resource of the Prometheus Operator
      --runbooks URL       The page with a section for each alert; default: docs/reference/alerts.md of the package
${COMMON_HELP}

${EXIT_CODES}`;

/** Writes the dashboards. @returns the exit code. @throws {UsageError} if the arguments are wrong. */
export function writeDashboards(
  args: readonly string[],
  output: Output,
): number {
  const options = readOptions(args, DASHBOARDS_ARGS);
  return write(dashboardFiles(options), options, output);
}

/** Writes the rules. Result and errors are those of {@link writeDashboards}. */
export function writeRules(args: readonly string[], output: Output): number {
  const options = readOptions(args, RULES_ARGS);
  const files = options.isForKubernetes
    ? prometheusRuleOf(options)
    : rulesOf(options);
  return write(files, options, output);
}

/** The dashboards of an app: JSON files by their names. */
export function dashboardFiles(subject: Subject): ReadonlyMap<string, string> {
  const { id } = subject.names;
  const dashboards = dashboardsOf(subject);
  return new Map(
    [...dashboards].map(([key, dashboard]) => [
      `${id}.${key}.json`,
      `${JSON.stringify(dashboard, null, 2)}\n`,
    ]),
  );
}

function write(
  files: ReadonlyMap<string, string>,
  { out, isForced }: MonitoringOptions,
  output: Output,
): number {
  const written = writeFiles(out, files, isForced);
  for (const path of written) output.out(`Wrote ${path}`);
  return 0;
}
