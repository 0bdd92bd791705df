/**
 * Told to Node by `--import`: prints each package that is loaded by an `import`, as
 * `loads <name>`.
 */
import { register } from 'node:module';

const hooks = `
  import { writeSync } from 'node:fs';
  export async function resolve(specifier, context, next) {
    const name = /^(@[^/]+\\/)?[^/.:]+/.exec(specifier)?.[0];
    if (!/^(node:|file:|data:|[./])/.test(specifier)) writeSync(1, 'loads ' + name + '\\n');
    return next(specifier, context);
  }`;

register(`data:text/javascript,${encodeURIComponent(hooks)}`);
