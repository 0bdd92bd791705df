import { type ErrorReporter, report } from '../../core/catch-and-report.js';
import { messageOf } from '../../core/errors.js';
import { readSmallFile } from '../../core/small-file.js';
import { clearTimeout, setTimeout } from '../../core/timers.js';
import type { LoadedTable } from './loaded-table.js';
import { versionNow, versionOf } from './file-version.js';
import { loadSource, type Source, tableOf } from './price-files.js';
import { PriceList } from './price-list.js';

/** Milliseconds between two looks at the files. */
const INTERVAL = 5_000;

/** Ten times the size of LiteLLM's file. */
const MAX_BYTES = 20 * 1_048_576;

/** A list of prices whose files are read again when they change. */
// Why: docs/decisions/accounting.md, "A bad price file never replaces a good one".
export class LivePrices {
  readonly list: PriceList;
  private readonly tables: LiveTable[];
  private timer: NodeJS.Timeout | undefined = undefined;

  /**
   * @param reporter receives the errors of files that have changed.
   * @param interval milliseconds between two looks at the files.
   * @throws {OptionsError} if a file cannot be read or used.
   */
  constructor(
    sources: readonly Source[],
    private readonly reporter: ErrorReporter,
    private readonly interval = INTERVAL,
  ) {
    this.tables = sources.map((source) => new LiveTable(source));
    this.list = new PriceList(this.tables.map(({ table }) => table));
    if (sources.some(({ file }) => file !== undefined)) this.lookLater();
  }

  /** Reads no file again. */
  close(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private lookLater(): void {
    this.timer = setTimeout(() => void this.look(), this.interval);
    this.timer.unref();
  }

  private async look(): Promise<void> {
    const { timer } = this;
    const isNew = await Promise.all(
      this.tables.map((one) => this.refresh(one)),
    );
    if (this.timer !== timer) return;
    if (isNew.includes(true)) {
      this.list.replace(this.tables.map(({ table }) => table));
    }
    this.lookLater();
  }

  /** @returns whether there is a new table. Never rejects. */
  private async refresh(one: LiveTable): Promise<boolean> {
    try {
      return await one.refresh();
    } catch (cause) {
      const text = `${messageOf(cause)}; the prices that were read before stay in use`;
      const error = new Error(text, { cause });
      report(this.reporter, 'price_file', error, `price file "${one.file}"`);
      return false;
    }
  }
}

/** A table of prices, and the state of the file that it is from. */
class LiveTable {
  table: LoadedTable;
  readonly file: string | undefined;
  private version: string | undefined = undefined;

  constructor(private readonly source: Source) {
    this.file = source.file;
    // Before the file is read: a change after that look is another version.
    if (this.file !== undefined) this.version = versionNow(this.file);
    this.table = loadSource(source);
  }

  /** Reads the file again if it has changed. Rejects if it cannot be read or used. */
  async refresh(): Promise<boolean> {
    const { file, source } = this;
    if (file === undefined) return false;
    const version = await versionOf(file);
    if (version === this.version) return false;
    // A file that is gone is reported once; a read that failed is tried again.
    if (version === undefined) this.version = undefined;
    const text = await readSmallFile(file, MAX_BYTES);
    this.version = version;
    this.table = tableOf(text, file, source.path);
    return true;
  }
}
