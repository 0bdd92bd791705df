import type { EventLoopYielder } from '../../core/event-loop-yielder.js';
import { TimeSlice } from '../../core/event-loop-yielder.js';
import type { GroupContents, StateFile } from '../group/group.js';
import type { StoredLedger } from '../group/ledger.js';
import { fold, metricsOf, NO_TOTALS, type Totals } from '../merge/fold.js';
import { packBlock, unpackBlock } from './block.js';
import type { LayoutPart } from './layout.js';
import type { MemberReader, MemberState } from './member-reader.js';

/** The header of stored totals. */
export interface TotalsHeader {
  readonly layout: LayoutPart;
  /** The exact parts of values that are no single number, by their index. */
  readonly parts: readonly (readonly [at: number, parts: readonly number[]])[];
}

type LedgerHeader = TotalsHeader & Omit<StoredLedger<Totals>, 'totals'>;

/** The states and totals of a group as they are stored. */
export class StoredContents implements GroupContents<MemberState, Totals> {
  readonly noTotals = NO_TOTALS;

  /** @param conflicted is called with the metrics that could not be added up. */
  constructor(
    private readonly reader: MemberReader,
    private readonly yielder: EventLoopYielder,
    private readonly conflicted: (metrics: readonly string[]) => void,
  ) {}

  readState(folder: string, file: StateFile): Promise<MemberState | undefined> {
    return this.reader.read(folder, file);
  }

  seqOf({ seq }: MemberState): number {
    return seq;
  }

  async fold(totals: Totals, ended: readonly MemberState[]): Promise<Totals> {
    const metrics = ended.flatMap((state) => state.metrics);
    const folded = await fold(
      [metricsOf(totals), ...metrics],
      new TimeSlice(this.yielder),
    );
    this.conflicted(folded.conflicts);
    return folded.totals;
  }

  encode({ totals, ...ledger }: StoredLedger<Totals>): Uint8Array {
    return packTotals(totals, ledger);
  }

  decode(bytes: Uint8Array): StoredLedger<Totals> {
    const { header, totals } = unpackTotals<LedgerHeader>(bytes);
    const { members, ended, commits, boot, epoch } = header;
    return { members, ended, commits, boot, epoch, totals };
  }
}

/** Encodes totals, with further entries of the header. */
export function packTotals(
  { layout, values, parts }: Totals,
  more: object,
): Buffer {
  const header: TotalsHeader = { layout, parts: [...parts] };
  return packBlock({ ...more, ...header }, values);
}

/** Decodes totals. @throws {NewerFormatError} or {CorruptBlockError}. */
export function unpackTotals<H extends TotalsHeader>(bytes: Uint8Array) {
  const { header, values } = unpackBlock<H>(bytes);
  const { layout, parts } = header;
  const totals: Totals = { layout, values, parts: new Map(parts) };
  return { header, totals };
}
