import { writeFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type {
  Dashboard,
  Panel,
} from '@grafana/grafana-foundation-sdk/dashboard';
import ts from 'typescript';
import { panelsOf } from './shipped.js';

const FOLDER = fileURLToPath(new URL('../../build/types', import.meta.url));
const SDK = '@grafana/grafana-foundation-sdk';

/** What JSON can hold of a type: values of enums are texts there. */
const HEAD = `import type { Dashboard } from '${SDK}/dashboard';
import type * as timeseries from '${SDK}/timeseries';
import type * as stat from '${SDK}/stat';
import type * as heatmap from '${SDK}/heatmap';
import type * as table from '${SDK}/table';
import type { Dataquery } from '${SDK}/prometheus';
type Json<T> = T extends string ? \`\${T}\`
  : T extends (infer I)[] ? Json<I>[]
  : T extends object ? { [K in keyof T]: Json<T[K]> } : T;
type Query = Omit<Json<Dataquery>, '_implementsDataqueryVariant'>;
`;

/** The faults that TypeScript finds in the JSON of dashboards, checked as literals of the types of the SDK. */
export function errorsOfDashboards(dashboards: readonly Dashboard[]): string[] {
  const code = dashboards.flatMap(dashboardCode).join('\n');
  mkdirSync(FOLDER, { recursive: true });
  const file = join(FOLDER, `dashboards-${process.pid}.ts`);
  writeFileSync(file, HEAD + code);
  try {
    return compile(file);
  } finally {
    rmSync(file, { force: true });
  }
}

function compile(file: string): string[] {
  const program = ts.createProgram([file], {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    types: [],
  });
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) =>
      ts.flattenDiagnosticMessageText(messageText, '\n'),
    );
}

/** The dashboard, and what its type leaves open: options of panels and queries. */
function dashboardCode(dashboard: Dashboard): string[] {
  const json = (value: unknown) => JSON.stringify(value);
  const without = {
    ...dashboard,
    panels: dashboard.panels!.map((panel) => ({ ...panel, targets: [] })),
  };
  return [
    `export const d${count++}: Json<Dashboard> = ${json(without)};`,
    ...panelsOf(dashboard).flatMap((panel) => panelCode(panel, json)),
  ];
}

let count = 0;

function panelCode(
  { type, options, fieldConfig, targets = [] }: Panel,
  json: (value: unknown) => string,
): string[] {
  const custom: unknown = fieldConfig?.defaults?.custom ?? {};
  const fields =
    type === 'stat'
      ? []
      : [
          `export const f${count++}: Partial<Json<${type}.FieldConfig>> = ${json(custom)};`,
        ];
  return [
    `export const o${count++}: Json<${type}.Options> = ${json(options)};`,
    ...fields,
    ...targets.map(
      (target) => `export const q${count++}: Query = ${json(target)};`,
    ),
  ];
}
