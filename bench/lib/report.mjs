import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';

const COLUMNS = [
  ['work: against', ({ name }) => name],
  ['ours', ({ ours }) => ours],
  ['peer', ({ peer }) => peer],
  ['bound by hand', ({ bound }) => bound],
  ['ratio', ({ ratio }) => ratio],
  ['spread', ({ spread }) => spread],
  ['target', ({ target }) => target],
  ['reached', reachedText],
];

const TITLES = COLUMNS.map(([title]) => title);

function reachedText({ reached }) {
  if (reached === undefined) return '';
  return reached ? 'yes' : '**no**';
}

/** A group of rows as Markdown, aligned as Prettier does it; notes stand below. */
export function table(title, rows) {
  const lines = rows.map((row) => COLUMNS.map(([, text]) => text(row) ?? ''));
  const widths = TITLES.map((head, i) =>
    Math.max(head.length, ...lines.map((line) => line[i].length), 3),
  );
  const lineOf = (texts) =>
    `| ${texts.map((text, i) => text.padEnd(widths[i])).join(' | ')} |`;
  const rule = widths.map((width) => '-'.repeat(width));
  const notes = rows
    .filter(({ note }) => note)
    .map(({ name, note }) => `- ${name}: ${note}`);
  return [
    `## ${title}`,
    '',
    ...[TITLES, rule, ...lines].map(lineOf),
    ...(notes.length > 0 ? ['', ...notes] : []),
    '',
  ].join('\n');
}

/** Where and with what it was measured; nothing that names the machine. */
export function surroundings(quick) {
  const { dependencies } = json('../package.json');
  const ours = json('../node_modules/nestjs-agent-metrics/package.json');
  const versions = Object.entries(dependencies)
    .filter(([name]) => !/^(rxjs|reflect-metadata)$/.test(name))
    .map(([name, version]) => `${name} ${version}`);
  const processors = cpus();
  return [
    `# Benchmark results${quick ? ' (quick)' : ''}`,
    '',
    `- ${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node} (V8 ${process.versions.v8}), ${process.platform} ${process.arch}`,
    `- ${processors.length} cores, ${processors[0].model.trim()}`,
    `- nestjs-agent-metrics ${ours.version}; ${versions.join(', ')}`,
    '',
    'Medians. A ratio is the median of the ratios of single rounds, its spread their quartiles. `README.md` says how.',
    '',
  ].join('\n');
}

function json(relative) {
  return JSON.parse(readFileSync(new URL(relative, import.meta.url), 'utf8'));
}
