import { TEXT, validateOne } from '../core/validate.js';
import { className, nameClass } from './class-name.js';
import {
  explainedBy,
  memberName,
  misplaced,
  refuseStandardDecorators,
} from './decorated-method.js';

/**
 * A decorator that names a class in labels.
 *
 * @param decorator as users write it, e.g. `@Agent()`.
 * @param mend what to do when it stands on a member of a class.
 */
export function namesClass(
  decorator: string,
  mend: string,
  nameOf: (target: Function) => unknown,
): ClassDecorator {
  return (target: Function, ...member: unknown[]) => {
    const [key] = member;
    refuseStandardDecorators(decorator, key);
    if (typeof target !== 'function' || key !== undefined) {
      const on = `the member ${memberName(target, key)}`;
      throw misplaced(decorator, { on, mend }, 'a class');
    }
    const name = nameOf(target);
    explainedBy(`${decorator} on ${className(target)}`, () =>
      validateOne(name, TEXT, 'The name'),
    );
    nameClass(target, name as string);
  };
}
