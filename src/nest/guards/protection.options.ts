import type { CanActivate, Type } from '@nestjs/common';
import {
  type AccessOptions,
  checkAccess,
} from '../../http/access/access.options.js';
import type { Redacted } from '../../core/redacted.js';
import { option, type OptionTable } from '../../core/options.js';
import { Check } from '../../core/validate.js';

/** The protection of a page. */
export interface ProtectionOptions {
  /** Access by token, password and address. Default: every request is answered. */
  access?: AccessOptions;
  /**
   * Nest guards, which run for each request together with the app's global guards. None
   * of them may be request-scoped. Default: no guards run, not even global ones.
   */
  guards?: readonly (Type<CanActivate> | CanActivate)[];
  /**
   * Class decorators whose metadata guards read, e.g. `@Public()`. If they are set, the
   * app's global guards run. Default: none.
   */
  decorators?: readonly ClassDecorator[];
}

/** {@link ProtectionOptions}, resolved. What may hold secrets is hidden. */
export interface ProtectionConfig extends Omit<ProtectionOptions, 'access'> {
  readonly access?: Redacted<AccessOptions> | undefined;
}

/** Rules of {@link ProtectionOptions}. */
export const PROTECTION_OPTIONS = {
  access: option(checkAccess),
  guards: option(
    new Check(
      'an array of guards: classes or objects with canActivate()',
      (value) => Array.isArray(value) && value.every(isGuard),
    ),
  ),
  decorators: option(
    new Check(
      'an array of class decorators',
      (value) =>
        Array.isArray(value) && value.every((one) => typeof one === 'function'),
    ),
  ),
} satisfies OptionTable<ProtectionOptions>;

function isGuard(value: any): boolean {
  const guard: unknown = typeof value === 'function' ? value.prototype : value;
  return typeof (guard as CanActivate | undefined)?.canActivate === 'function';
}
