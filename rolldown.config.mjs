/**
 * Joins what `tsc` compiled into one file per entry point. What it imports from
 * packages and from Node stays an import. The integrations get the app's
 * `AgentMetrics` handed, so that no code is shared and no entry point loads another.
 */
const ENTRIES = {
  index: './build/index.js',
  openai: './build/integrations/openai/index.js',
  langchain: './build/integrations/langchain/index.js',
};

export default Object.entries(ENTRIES).map(([name, input]) => ({
  input,
  external: /^[\w@][^:]/,
  platform: 'neutral',
  treeshake: false,
  // The declarations have the documentation.
  output: { file: `dist/${name}.js`, keepNames: true, comments: false },
}));
