/**
 * Joins what `tsc` compiled into one file per entry point, and one for each part that is
 * loaded when it is needed. What it imports from packages and from Node stays an import.
 * The integrations get the app's `AgentMetrics` handed, so that no code is shared and no
 * entry point loads another.
 */
const ENTRIES = {
  index: './build/index.js',
  openai: './build/integrations/openai/index.js',
  langchain: './build/integrations/langchain/index.js',
};

/** Node reads code faster, and keeps it in half the memory, when all of it is ASCII. */
const ASCII = {
  name: 'ascii',
  generateBundle(_options, bundle) {
    for (const chunk of Object.values(bundle)) {
      chunk.code = chunk.code.replace(
        /[^\x00-\x7f]/g,
        (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
      );
    }
  },
};

export default Object.entries(ENTRIES).map(([name, input]) => ({
  input: { [name]: input },
  external: /^[\w@][^:]/,
  platform: 'neutral',
  treeshake: false,
  plugins: [ASCII],
  output: {
    dir: 'dist',
    chunkFileNames: 'chunks/[name].js',
    // All that is there from the start is one file.
    codeSplitting: { groups: [{ name: 'core', test: /build\/index\.js$/ }] },
    keepNames: true,
    // The declarations have the documentation.
    comments: false,
  },
}));
