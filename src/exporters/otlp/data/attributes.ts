import {
  GEN_AI_ATTRIBUTES,
  genAiMetricNamed,
} from '../../../core/gen-ai-conventions.js';
import type { OtlpAttributes } from '../config/otlp.options.js';

type Texts = Readonly<Record<string, string>>;

const NAMES: ReadonlyMap<string, string> = new Map(
  Object.entries(GEN_AI_ATTRIBUTES),
);

/** The only attribute of the conventions that is an integer. */
const PORT: keyof typeof GEN_AI_ATTRIBUTES = 'server_port';

/** What makes attributes of the labels of a metric: those of the conventions get their names and types back. */
export function attributesFor(
  metric: string,
): (labels: Texts) => OtlpAttributes {
  return genAiMetricNamed(metric) === undefined ? asTheyAre : asDefined;
}

function asTheyAre(labels: Texts): OtlpAttributes {
  return labels;
}

function asDefined(labels: Texts): OtlpAttributes {
  return Object.fromEntries(
    Object.entries(labels).map(([name, value]) => [
      NAMES.get(name) ?? name,
      name === PORT ? port(value) : value,
    ]),
  );
}

/** A filter of the user's may have put another text there. */
function port(value: string): string | number {
  return /^\d+$/.test(value) ? Number(value) : value;
}
