import {
  groupOf,
  option,
  type OptionTable,
  type Resolved,
  resolveOptions,
  rulesOf,
} from '../core/options.js';
import { integer, switchable, TEXT } from '../core/validate.js';

/** One page for all processes and threads of an app on one host. */
export interface ProcessesOptions {
  /**
   * The directory that the members share, on a local file system; it is made if it does not
   * exist. Default: one in `/dev/shm` or the temporary folder, by user and entry file.
   */
  directory?: string;
  /** Tells apps apart that have the same entry file. Default: none. */
  name?: string;
  /** Milliseconds between two saves: a member that is killed loses what it recorded since the last one. Default: 1000. */
  saveInterval?: number;
}

/** Rules and defaults of {@link ProcessesOptions}. */
export const PROCESSES_OPTIONS = {
  directory: option(TEXT),
  name: option(TEXT),
  saveInterval: option(integer(10, 3_600_000, ' (milliseconds)'), 1_000),
} satisfies OptionTable<ProcessesOptions>;

export const checkProcesses = switchable(rulesOf(PROCESSES_OPTIONS));

/** {@link ProcessesOptions}, resolved. */
export type ProcessesConfig = Resolved<
  ProcessesOptions,
  typeof PROCESSES_OPTIONS
>;

/** `undefined` if the processes are not merged. */
export function resolveProcesses(
  options: boolean | ProcessesOptions | undefined,
): ProcessesConfig | undefined {
  const given = groupOf(options);
  return given && resolveOptions(PROCESSES_OPTIONS, given);
}
