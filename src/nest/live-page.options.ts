import { groupOf, type OptionTable } from '../core/options.js';
import type { AccessOptions } from '../http/access/access.options.js';
import { redacted } from '../core/redacted.js';
import {
  LIVE_OPTIONS,
  type LiveConfig,
  type LiveOptions,
  resolveLiveOptions,
} from '../live/live.options.js';
import {
  PROTECTION_OPTIONS,
  type ProtectionConfig,
  type ProtectionOptions,
} from './guards/protection.options.js';

/**
 * The live page: its place, its history and its protection. What it does not say of its
 * protection is as `prometheus` says.
 */
export interface LivePageOptions extends LiveOptions, ProtectionOptions {
  /** Access by token, password and address. Default: that of `prometheus.access`. */
  access?: AccessOptions;
  /** Nest guards, which run for each request together with the app's global guards. Default: those of `prometheus.guards`. */
  guards?: ProtectionOptions['guards'];
  /** Class decorators whose metadata guards read. Default: those of `prometheus.decorators`. */
  decorators?: ProtectionOptions['decorators'];
}

/** Rules and defaults of {@link LivePageOptions}. */
export const LIVE_PAGE_OPTIONS = {
  ...LIVE_OPTIONS,
  ...PROTECTION_OPTIONS,
} satisfies OptionTable<LivePageOptions>;

/** {@link LivePageOptions}, resolved. */
export interface LivePageConfig extends LiveConfig, ProtectionConfig {
  readonly path: string;
}

/** The protection of the metrics page is that of the live page too, as far as that has none of its own. */
export function resolveLivePage(
  options: boolean | LivePageOptions,
  metricsPage: ProtectionConfig & { readonly path: string | false },
): LivePageConfig | undefined {
  const given = groupOf(options);
  if (given === undefined) return undefined;
  const { path: above } = metricsPage;
  const {
    path = `${above || '/metrics'}/live`,
    guards = metricsPage.guards,
    decorators = metricsPage.decorators,
  } = given;
  const access = redacted(given.access) ?? metricsPage.access;
  return { ...resolveLiveOptions(given), path, access, guards, decorators };
}
