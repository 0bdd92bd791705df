import type { FamilyKeeper } from '../model/family-keeper.js';
import type { Family } from '../model/family.js';
import type { MetricType } from '../model/metric-type.js';
import type { RecordingListener } from '../model/recording-hook.js';

/** Receives the recordings of metrics of some types. */
export interface SelectiveListener extends RecordingListener {
  wants(type: MetricType): boolean;
}

/** Receives the events of families. */
export interface FamilyListener extends Omit<FamilyKeeper, 'reregister'> {
  /** A recording was dropped, as there are `maxMetrics` metrics. */
  hadNoRoom(family: Family): void;
}
