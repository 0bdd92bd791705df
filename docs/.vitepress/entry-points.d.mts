export const ENTRY_POINTS: ReadonlyMap<string, string>;
