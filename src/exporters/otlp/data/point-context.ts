import type { Deltas } from '../../pipeline/deltas.js';
import type { SentExemplars } from './sent-exemplars.js';
import type { StartTimes } from './start-times.js';

/** What the points of one export are made with. */
export interface PointContext {
  /** Of the snapshot, in seconds since the Unix epoch. */
  readonly time: number;
  readonly exemplars: SentExemplars;
  readonly starts: StartTimes;
  /** What was delivered, if only what came since is sent. */
  readonly deltas: Deltas | undefined;
}
