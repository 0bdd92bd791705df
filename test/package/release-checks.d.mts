export interface Release {
  readonly root: string;
  readonly tarball: string;
}

export const CHECKS: readonly {
  readonly title: string;
  readonly remedy: string;
  readonly find: (release: Release) => Promise<string | undefined>;
}[];
