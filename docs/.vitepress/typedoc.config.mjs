/**
 * The pages of the API, one for each entry point of package.json, as Markdown beside the
 * other pages: so the site searches them, and checks their links.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Converter } from 'typedoc';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const { name: PACKAGE, exports } = JSON.parse(
  readFileSync(`${ROOT}package.json`, 'utf8'),
);

/** What users import, by source. Entry points below `testing` have no names: they add matchers to a test framework. */
const MODULES = new Map(
  Object.entries(exports)
    .filter(([path]) => !/^\.\/(package\.json|testing\/)/.test(path))
    .map(([path, target]) => [
      target.import.types.replace(/^\.\/dist\/(.*)\.d\.ts$/, '$1'),
      PACKAGE + path.slice(1),
    ]),
);

/** Names the modules as users import them, and not by their files. */
function nameModules(app) {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const module of project.children) {
      module.name =
        MODULES.get(`${module.name}/index`) ?? MODULES.get(module.name);
    }
  });
}

export default {
  plugin: ['typedoc-plugin-markdown', nameModules],
  entryPoints: [...MODULES.keys()].map((source) => `${ROOT}src/${source}.ts`),
  tsconfig: `${ROOT}tsconfig.build.json`,
  out: `${ROOT}docs/reference/api`,
  name: 'API',
  readme: 'none',
  router: 'module',
  entryFileName: 'index',
  skipErrorChecking: true,
  excludeInternal: true,
  excludePrivate: true,
  excludeExternals: true,
  disableSources: true,
  groupOrder: ['Classes', 'Functions', 'Interfaces', 'Type Aliases', '*'],
  hideBreadcrumbs: true,
  hidePageHeader: true,
  useCodeBlocks: true,
  parametersFormat: 'table',
  propertiesFormat: 'table',
  interfacePropertiesFormat: 'table',
  tableColumnSettings: { hideSources: true },
  validation: false,
};
