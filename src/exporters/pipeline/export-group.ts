/** The processes whose metrics one of them delivers, by exporters that are `oncePerGroup`. */
export interface ExportGroup {
  /**
   * Whether this is the first process with this exporter that answers; for one that has left the
   * group, whether no other one answers. Never rejects.
   */
  isFirst(exporter: string): Promise<boolean>;
  /** Is called with the names of the exporters that deliver for all. */
  setExporters(names: readonly string[]): void;
}
