/** Joins what `tsc` compiled into one file. What it imports from packages and from Node stays an import. */
export default {
  input: './build/index.js',
  external: /^[\w@][^:]/,
  platform: 'neutral',
  treeshake: false,
  output: { file: 'dist/index.js', keepNames: true },
};
