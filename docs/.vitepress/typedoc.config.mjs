/**
 * The pages of the API, one for each entry point of package.json, as Markdown beside the
 * other pages: so the site searches them, and checks their links.
 */
import { fileURLToPath } from 'node:url';
import { Converter } from 'typedoc';
import { ENTRY_POINTS } from './entry-points.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Names the modules as users import them, and not by their files. */
function nameModules(app) {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const module of project.children) {
      module.name =
        ENTRY_POINTS.get(`${module.name}/index`) ??
        ENTRY_POINTS.get(module.name);
    }
  });
}

export default {
  plugin: ['typedoc-plugin-markdown', nameModules],
  entryPoints: [...ENTRY_POINTS.keys()].map(
    (source) => `${ROOT}src/${source}.ts`,
  ),
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
