/**
 * Told to Node by `--import`: prints each package that is loaded by an `import`, as
 * `loads <name>`, and each part of the package itself, as `loads ./<file>`.
 */
import { register } from 'node:module';

const hooks = `
  import { writeSync } from 'node:fs';
  export async function resolve(specifier, context, next) {
    const [name] = /^(@[^/]+\\/)?[^/.:]+/.exec(specifier) ?? [];
    const isPackage = !/^(node:|file:|data:|[./])/.test(specifier);
    const isPart = /^\\.[\\w./-]+\\.js$/.test(specifier) &&
      /\\/dist\\/(index|chunks\\/core)\\.js$/.test(context.parentURL);
    if (isPackage) writeSync(1, 'loads ' + name + '\\n');
    if (isPart) writeSync(1, 'loads ' + specifier + '\\n');
    return next(specifier, context);
  }`;

register(`data:text/javascript,${encodeURIComponent(hooks)}`);
