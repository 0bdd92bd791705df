import { join } from 'node:path';
import ts from 'typescript';
import { COLLECTOR_OPTIONS } from '../../src/collector/collector.options.js';
import { PROCESS_METRICS_OPTIONS } from '../../src/collector/process-metrics.options.js';
import type { OptionTable } from '../../src/core/options.js';
import { OTLP_OPTIONS } from '../../src/exporters/otlp/config/otlp.options.js';
import { PUSHGATEWAY_OPTIONS } from '../../src/exporters/pushgateway/pushgateway.options.js';
import { STATSD_OPTIONS } from '../../src/exporters/statsd/statsd.options.js';
import { AGENTS_OPTIONS } from '../../src/instrumentation/gen-ai/agents.options.js';
import { HTTP_CLIENT_OPTIONS } from '../../src/instrumentation/http-client/http-client.options.js';
import { HTTP_OPTIONS } from '../../src/instrumentation/http-server/http.options.js';
import {
  EXPENSIVE_OPTIONS,
  FAILING_OPTIONS,
  FINDINGS_OPTIONS,
  HANGING_OPTIONS,
  NOT_DELIVERING_OPTIONS,
} from '../../src/live/findings.options.js';
import { LIVE_PAGE_OPTIONS } from '../../src/nest/live-page.options.js';
import {
  HEALTH_PAGE_OPTIONS,
  METRICS_OPTIONS,
  PROMETHEUS_OPTIONS,
} from '../../src/nest/metrics.options.js';
import { PERSISTENCE_OPTIONS } from '../../src/persistence/persistence.options.js';
import { PROCESSES_OPTIONS } from '../../src/processes/processes.options.js';
import { readSources, SRC } from './sources.js';

/** A group of options: the interface that documents it, and the table that has its rules and defaults. */
interface Group {
  readonly file: string;
  readonly type: string;
  readonly table: OptionTable;
}

/** By the name that a page gives in `<!-- options: name -->`. */
export const GROUPS: Readonly<Record<string, Group>> = {
  module: {
    file: 'nest/metrics.options.ts',
    type: 'MetricsOptions',
    table: METRICS_OPTIONS,
  },
  prometheus: {
    file: 'nest/metrics.options.ts',
    type: 'PrometheusOptions',
    table: PROMETHEUS_OPTIONS,
  },
  processMetrics: {
    file: 'collector/process-metrics.options.ts',
    type: 'ProcessMetricsOptions',
    table: PROCESS_METRICS_OPTIONS,
  },
  health: {
    file: 'nest/metrics.options.ts',
    type: 'HealthOptions',
    table: HEALTH_PAGE_OPTIONS,
  },
  http: {
    file: 'instrumentation/http-server/http.options.ts',
    type: 'HttpOptions',
    table: HTTP_OPTIONS,
  },
  httpClient: {
    file: 'instrumentation/http-client/http-client.options.ts',
    type: 'HttpClientOptions',
    table: HTTP_CLIENT_OPTIONS,
  },
  agents: {
    file: 'instrumentation/gen-ai/agents.options.ts',
    type: 'AgentMetricsOptions',
    table: AGENTS_OPTIONS,
  },
  live: {
    file: 'nest/live-page.options.ts',
    type: 'LivePageOptions',
    table: LIVE_PAGE_OPTIONS,
  },
  findings: {
    file: 'live/findings.options.ts',
    type: 'FindingsOptions',
    table: FINDINGS_OPTIONS,
  },
  failing: {
    file: 'live/findings.options.ts',
    type: 'FailingOptions',
    table: FAILING_OPTIONS,
  },
  hanging: {
    file: 'live/findings.options.ts',
    type: 'HangingOptions',
    table: HANGING_OPTIONS,
  },
  expensive: {
    file: 'live/findings.options.ts',
    type: 'ExpensiveOptions',
    table: EXPENSIVE_OPTIONS,
  },
  notDelivering: {
    file: 'live/findings.options.ts',
    type: 'NotDeliveringOptions',
    table: NOT_DELIVERING_OPTIONS,
  },
  otlp: {
    file: 'exporters/otlp/config/otlp.options.ts',
    type: 'OtlpOptions',
    table: OTLP_OPTIONS,
  },
  statsd: {
    file: 'exporters/statsd/statsd.options.ts',
    type: 'StatsdOptions',
    table: STATSD_OPTIONS,
  },
  pushgateway: {
    file: 'exporters/pushgateway/pushgateway.options.ts',
    type: 'PushgatewayOptions',
    table: PUSHGATEWAY_OPTIONS,
  },
  processes: {
    file: 'processes/processes.options.ts',
    type: 'ProcessesOptions',
    table: PROCESSES_OPTIONS,
  },
  persistence: {
    file: 'persistence/persistence.options.ts',
    type: 'PersistenceOptions',
    table: PERSISTENCE_OPTIONS,
  },
  collector: {
    file: 'collector/collector.options.ts',
    type: 'PrometheusCollectorOptions',
    table: COLLECTOR_OPTIONS,
  },
};

export interface OptionDoc {
  readonly name: string;
  readonly meaning: string;
  /** What the docstring gives after "Default:", without the full stop; `undefined` if it gives nothing. */
  readonly documentedDefault: string | undefined;
  /** The default of the table, as it is written in code; `undefined` for an option without one. */
  readonly tableDefault: string | undefined;
  readonly isRequired: boolean;
}

const program = readSources();
const checker = program.getTypeChecker();

export function optionsOf({ file, type, table }: Group): OptionDoc[] {
  return propertiesOf(file, type).map((property) => {
    const { meaning, documentedDefault } = partsOf(textOf(property));
    const { byDefault } = table[property.name]!;
    return {
      name: property.name,
      meaning,
      documentedDefault,
      tableDefault: byDefault === undefined ? undefined : code(byDefault),
      isRequired: (property.flags & ts.SymbolFlags.Optional) === 0,
    };
  });
}

/** Fills in the tables of a page, between `<!-- options: name -->` and `<!-- end -->`. */
export function withTables(page: string): string {
  return page.replace(
    /(<!-- options: (\w+)(?: (\S+))? -->\n)[^]*?(<!-- end -->)/g,
    (_all, begin: string, name: string, prefix = '', end: string) =>
      `${begin}\n${tableOf(GROUPS[name]!, prefix)}\n${end}`,
  );
}

function tableOf(group: Group, prefix: string): string {
  const rows = optionsOf(group).map(
    ({ name, meaning, documentedDefault, tableDefault, isRequired }) => {
      const code = tableDefault && `\`${tableDefault}\``;
      const byDefault =
        documentedDefault ?? code ?? (isRequired ? 'required' : 'none');
      return `| \`${prefix}${name}\` | ${cell(byDefault)} | ${cell(meaning)} |`;
    },
  );
  return [
    '| Option | Default | Meaning |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

function propertiesOf(file: string, type: string): ts.Symbol[] {
  const module = checker.getSymbolAtLocation(
    program.getSourceFile(join(SRC, file))!,
  )!;
  const symbol = checker
    .getExportsOfModule(module)
    .find(({ name }) => name === type)!;
  return checker.getDeclaredTypeOfSymbol(symbol).getProperties();
}

function textOf(property: ts.Symbol): string {
  return property
    .getDocumentationComment(checker)
    .map(({ text }) => text)
    .join('')
    .replace(/\s+/g, ' ')
    .trim();
}

function partsOf(text: string): {
  readonly meaning: string;
  readonly documentedDefault: string | undefined;
} {
  const [meaning = '', byDefault] = text.split(/ ?\bDefault: /);
  return {
    meaning: meaning.replace(/\.$/, ''),
    documentedDefault: byDefault?.replace(/\.$/, ''),
  };
}

function code(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  return JSON.stringify(value);
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
