import { readFileSync } from 'node:fs';

interface Manifest {
  readonly homepage?: string;
  readonly repository?: string | { readonly url: string };
}

const MANIFEST: Manifest = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
);

/** The address of the repository for browsers, as package.json has it; `undefined` if it has none. */
export const REPOSITORY = repositoryOf(MANIFEST);

/** The path of the site on its host: that of `homepage` in package.json, unless this is the repository. */
export const BASE = baseOf(MANIFEST);

function repositoryOf({ repository }: Manifest): string | undefined {
  const url = typeof repository === 'object' ? repository.url : repository;
  return url?.replace(/^git\+/, '').replace(/\.git$/, '');
}

function baseOf(manifest: Manifest): string {
  const { homepage } = manifest;
  const repository = repositoryOf(manifest);
  if (homepage === undefined) return '/';
  if (repository !== undefined && homepage.startsWith(repository)) return '/';
  return new URL(homepage).pathname.replace(/\/?$/, '/');
}
