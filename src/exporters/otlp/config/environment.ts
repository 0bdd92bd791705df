import { OptionsError, shown } from '../../../model/errors.js';
import type { Check } from '../../../model/validate.js';

/** The variables of a process. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** What was found in the environment, and under which name. */
export interface Found<T> {
  readonly value: T;
  readonly variable: string;
}

/**
 * Reads `OTEL_*` variables (OpenTelemetry specification, "Environment Variable
 * Specification"): one that is empty is not set, and words are of any case.
 */
export class Environment {
  constructor(private readonly variables: Variables) {}

  /** The first of these variables that is set. */
  text(...names: readonly string[]): Found<string> | undefined {
    for (const variable of names) {
      const value = this.variables[variable]?.trim();
      if (value) return { value, variable };
    }
    return undefined;
  }

  /** As {@link text}, of what an exporter is told: for metrics, or for all signals. */
  ofExporter(name: string): Found<string> | undefined {
    return this.text(
      `OTEL_EXPORTER_OTLP_METRICS_${name}`,
      `OTEL_EXPORTER_OTLP_${name}`,
    );
  }

  isTrue(name: string): boolean {
    return this.text(name)?.value.toLowerCase() === 'true';
  }
}

/** @throws {OptionsError} naming the variable, what it says and what is allowed. */
export function wordOf<T extends string>(
  found: Found<string> | undefined,
  check: Check,
): T | undefined {
  if (found === undefined) return undefined;
  const word = found.value.toLowerCase();
  if (!check.test(word)) throw malformed(found, check);
  return word as T;
}

/** @throws {OptionsError} naming the variable, what it says and what is allowed. */
export function numberOf(
  found: Found<string> | undefined,
  check: Check,
): number | undefined {
  if (found === undefined) return undefined;
  const number = /^\d+$/.test(found.value) ? Number(found.value) : NaN;
  if (!check.test(number)) throw malformed(found, check);
  return number;
}

function malformed(
  { variable, value }: Found<string>,
  { expected }: Check,
): OptionsError {
  return new OptionsError(
    `The environment has ${variable} as ${shown(value)}; expected ${expected}`,
  );
}

/**
 * Whether the operator wants no telemetry of OpenTelemetry's at all
 * (OpenTelemetry specification, "General SDK Configuration"): then there is to be no exporter.
 */
export function isSdkDisabled(variables: Variables): boolean {
  return new Environment(variables).isTrue('OTEL_SDK_DISABLED');
}
