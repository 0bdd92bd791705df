/** The environment of this process without what vitest adds for its workers: a vitest of an example would read it. */
export function plainEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('VITEST'),
  );
  return { ...Object.fromEntries(entries), NO_COLOR: '1' };
}
