import { type Rules, withDefaults } from './validate.js';

/** One option of a group: what it may be, and the value of an absent one. */
export interface Option<T = unknown> {
  readonly rule: Rules[string];
  readonly byDefault: T;
}

/**
 * The options of a group by name. The table is the only place that has their rules and
 * defaults: checks, resolved types and the documentation come from it.
 */
// Why: docs/decisions/package.md, "Rule and default of an option are in one table".
export type OptionTable<O = Record<string, unknown>> = {
  readonly [K in keyof O]-?: Option<O[K] | undefined>;
};

type WithDefault<T> = {
  [K in keyof T]: T[K] extends Option<infer D>
    ? undefined extends D
      ? never
      : K
    : never;
}[keyof T];

/** The options `O` once they are resolved: each option of the table `T` that has a default has a value. */
export type Resolved<O, T extends OptionTable<O>> = {
  readonly [K in keyof O & WithDefault<T>]-?: Exclude<O[K], undefined>;
} & { readonly [K in Exclude<keyof O, WithDefault<T>>]?: O[K] | undefined };

/** An option with a default, or one that may be absent. */
export function option(rule: Rules[string]): Option<undefined>;
export function option<const T>(rule: Rules[string], byDefault: T): Option<T>;
export function option(rule: Rules[string], byDefault?: unknown): Option {
  return { rule, byDefault };
}

export function rulesOf(table: OptionTable): Rules {
  const entries = Object.entries(table);
  return Object.fromEntries(entries.map(([name, { rule }]) => [name, rule]));
}

/** The options of a group that can be switched as a whole; `undefined` if it is off. */
export function groupOf<T extends object>(
  group: boolean | T | undefined,
): T | undefined {
  if (typeof group === 'object') return group;
  return group === true ? ({} as T) : undefined;
}

/** Resolves checked options: an absent option gets the default of the table. */
export function resolveOptions<O extends object, T extends OptionTable<O>>(
  table: T,
  options: O | undefined,
): Resolved<O, T> {
  const entries = Object.entries<Option>(table);
  const defaults = Object.fromEntries(
    entries
      .filter(([, { byDefault }]) => byDefault !== undefined)
      .map(([name, { byDefault }]) => [name, byDefault]),
  );
  return withDefaults(defaults, options ?? {}) as Resolved<O, T>;
}
