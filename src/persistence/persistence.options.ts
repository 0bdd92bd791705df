import { OptionsError } from '../core/errors.js';
import {
  groupOf,
  option,
  type OptionTable,
  type Resolved,
  resolveOptions,
  rulesOf,
} from '../core/options.js';
import { Check, integer, isObject, TEXT, validate } from '../core/validate.js';
import type { MetricsStore } from './metrics-store.js';

/** Totals that are kept in a file. */
export interface FilePersistence {
  /** The file that keeps the totals. Its folder is made if it does not exist. */
  file: string;
  /** Milliseconds between two saves. Nothing is written where nothing has changed. Default: 10000. */
  interval?: number;
  /** The store that keeps the totals, where there is no file: a `MetricsStore`, or `keyvStore()`. */
  store?: undefined;
  /** The key of the totals in the store. No other app may have it. */
  key?: undefined;
}

/** Totals that are kept in a store, such as Redis. */
export interface StorePersistence {
  /** The store that keeps the totals, where there is no file: a `MetricsStore`, or `keyvStore()`. */
  store: MetricsStore;
  /** The key of the totals in the store. No other app may have it. */
  key: string;
  /** Milliseconds between two saves. Nothing is written where nothing has changed. Default: 10000. */
  interval?: number;
  /** The file that keeps the totals. Its folder is made if it does not exist. */
  file?: undefined;
}

/** Where the totals of an app are kept while it does not run. */
export type PersistenceOptions = FilePersistence | StorePersistence;

const STORE = new Check(
  'an object with the methods load and save',
  (value) =>
    isObject(value) &&
    typeof value.load === 'function' &&
    typeof value.save === 'function',
);

/** Rules and defaults of {@link PersistenceOptions}. */
export const PERSISTENCE_OPTIONS = {
  file: option(TEXT),
  interval: option(integer(100, 86_400_000, ' (milliseconds)'), 10_000),
  store: option(STORE),
  key: option(TEXT),
} satisfies OptionTable<PersistenceOptions>;

/** {@link PersistenceOptions}, resolved. */
export type PersistenceConfig = Resolved<
  PersistenceOptions,
  typeof PERSISTENCE_OPTIONS
>;

/** @throws {OptionsError} naming the option, what was given and what is allowed. */
export function checkPersistence(value: unknown, path: string): void {
  if (value === false) return;
  validate(value, rulesOf(PERSISTENCE_OPTIONS), path);
  const { file, store, key } = value as Record<string, unknown>;
  if (file !== undefined && (store !== undefined || key !== undefined)) {
    throw new OptionsError(
      `${path} has a file and a ${store === undefined ? 'key' : 'store'}; expected either file, or store and key`,
    );
  }
  if (file !== undefined || (store !== undefined && key !== undefined)) return;
  const missing =
    store === key ? 'file, or store and key' : store ? 'key' : 'store';
  throw new OptionsError(`${path} lacks ${missing}; expected a place to save`);
}

/** `undefined` if the totals are not kept. */
export function resolvePersistence(
  options: false | PersistenceOptions,
): PersistenceConfig | undefined {
  const given = groupOf(options);
  return given && resolveOptions(PERSISTENCE_OPTIONS, given);
}
