/**
 * What the first member that has a role does for all members. Members differ in their roles:
 * the threads of a pool may have no exporter, and be the first ones of the group.
 */
export const SAVES_TOTALS = 'persistence';

/** The role of the members that have an exporter which delivers the metrics of all. */
export function exportsBy(exporter: string): string {
  return `exporter:${exporter}`;
}
