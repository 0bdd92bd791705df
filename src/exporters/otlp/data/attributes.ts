import {
  GEN_AI_ATTRIBUTES,
  genAiMetricNamed,
} from '../../../core/gen-ai-conventions.js';

type Texts = Readonly<Record<string, string>>;

const NAMES: ReadonlyMap<string, string> = new Map(
  Object.entries(GEN_AI_ATTRIBUTES),
);

/** What makes attributes of the labels of a metric: those of the conventions get their names back. */
export function attributesFor(metric: string): (labels: Texts) => Texts {
  return genAiMetricNamed(metric) === undefined ? asTheyAre : renamed;
}

function asTheyAre(labels: Texts): Texts {
  return labels;
}

function renamed(labels: Texts): Texts {
  return Object.fromEntries(
    Object.entries(labels).map(([name, value]) => [
      NAMES.get(name) ?? name,
      value,
    ]),
  );
}
