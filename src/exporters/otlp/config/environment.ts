import { shown } from '../../../core/errors.js';
import { type Check, MAX_MILLISECONDS } from '../../../core/validate.js';

/** The variables of a process. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** A value of the environment, and the variable that has it. */
export interface Found<T> {
  readonly value: T;
  readonly variable: string;
}

const TIMEOUT = `an integer from 0 to ${MAX_MILLISECONDS} (milliseconds; 0 is no limit)`;

/**
 * Reads `OTEL_*` variables (OpenTelemetry specification, "Environment Variable
 * Specification"): an empty variable is not set, words may have any case, and a value that is
 * not allowed is ignored with a warning, so that the next variable counts.
 */
// Why: docs/decisions/exporters.md, "A wrong variable is a warning, a wrong option an error".
export class Environment {
  /** Which values were ignored, in sentences. */
  readonly warnings: string[] = [];

  constructor(private readonly variables: Variables) {}

  /** The first of these variables that is set. */
  text(...names: readonly string[]): Found<string> | undefined {
    return this.all(names)[0];
  }

  /** The first of these variables that has an allowed word, in lower case ("Enum"). */
  word<T extends string>(
    check: Check,
    ...names: readonly string[]
  ): T | undefined {
    for (const found of this.all(names)) {
      const word = found.value.toLowerCase();
      if (check.test(word)) return word as T;
      this.ignore(found, check.expected);
    }
    return undefined;
  }

  /** The first of these variables that has an allowed whole number ("Duration"). */
  number(check: Check, ...names: readonly string[]): number | undefined {
    for (const found of this.all(names)) {
      const number = wholeNumber(found.value);
      if (check.test(number)) return number;
      this.ignore(found, check.expected);
    }
    return undefined;
  }

  /** The first of these variables that has an allowed time, in milliseconds. 0 stands for no limit ("Timeout"), and gives the longest time that timers accept. */
  timeout(...names: readonly string[]): number | undefined {
    for (const found of this.all(names)) {
      const number = wholeNumber(found.value);
      if (number <= MAX_MILLISECONDS) return number || MAX_MILLISECONDS;
      this.ignore(found, TIMEOUT);
    }
    return undefined;
  }

  /** Whether the first of these variables that is set says `true` ("Boolean"). */
  isTrue(...names: readonly string[]): boolean {
    const found = this.text(...names);
    const word = found?.value.toLowerCase();
    if (found !== undefined && word !== 'true' && word !== 'false') {
      this.warnings.push(
        `${stated(found)}, which counts as false; expected 'true' or 'false'`,
      );
    }
    return word === 'true';
  }

  private all(names: readonly string[]): Found<string>[] {
    return names.flatMap((variable) => {
      const value = this.variables[variable]?.trim();
      return value ? [{ value, variable }] : [];
    });
  }

  private ignore(found: Found<string>, expected: string): void {
    this.warnings.push(
      `${stated(found)}, which is ignored; expected ${expected}`,
    );
  }
}

/** The names of a variable of an exporter: for metrics, and for all signals. */
export function ofExporter(name: string): [string, string] {
  return [`OTEL_EXPORTER_OTLP_METRICS_${name}`, `OTEL_EXPORTER_OTLP_${name}`];
}

/**
 * Whether the operator has switched OpenTelemetry off
 * (OpenTelemetry specification, "General SDK Configuration"): the option `otlp` then makes no exporter.
 */
// Why: docs/decisions/exporters.md, "`OTEL_SDK_DISABLED` applies to the option `otlp`".
export function isSdkDisabled(variables: Variables): boolean {
  return new Environment(variables).isTrue('OTEL_SDK_DISABLED');
}

/** `NaN` for any other text. */
function wholeNumber(text: string): number {
  return /^\d+$/.test(text) ? Number(text) : NaN;
}

function stated({ variable, value }: Found<string>): string {
  return `The environment has ${variable} as ${shown(value)}`;
}
