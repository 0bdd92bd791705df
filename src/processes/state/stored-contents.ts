import type { EventLoopYielder } from '../../core/event-loop-yielder.js';
import { TimeSlice } from '../../core/event-loop-yielder.js';
import type { GroupContents, StateFile } from '../group/group.js';
import type { StoredLedger } from '../group/ledger.js';
import { runInSlices } from '../../core/stepwise.js';
import { Folder, metricsOf, NO_TOTALS, type Totals } from '../merge/fold.js';
import { packBlock, unpackBlock } from './block.js';
import { packExact, unpackExact } from './exact-values.js';
import type { LayoutPart } from './layout.js';
import type { MemberReader, MemberState } from './member-reader.js';

/** The header of stored totals. */
export interface TotalsHeader {
  readonly layout: LayoutPart;
  /** How many values there are; exact parts follow them. */
  readonly count: number;
  readonly gauges?: Totals['gauges'];
  readonly origin?: Totals['origin'];
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
    const folded = await runInSlices(
      new Folder().fold([metricsOf(totals), ...metrics]),
      new TimeSlice(this.yielder),
    );
    this.conflicted(folded.conflicts);
    const { gauges, origin } = totals;
    return { ...folded.totals, gauges, origin };
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

/** The layout that was encoded last: it stays the same for most saves. */
let lastLayout: { layout: LayoutPart; text: Buffer } | undefined = undefined;

/**
 * Encodes totals, with further entries of the header.
 *
 * @param allocate returns the memory of the result. Default: new memory.
 */
export function packTotals(
  { layout, values, parts, gauges, origin }: Totals,
  more: object,
  allocate?: (size: number) => Buffer,
): Buffer {
  if (lastLayout?.layout !== layout) {
    lastLayout = { layout, text: Buffer.from(JSON.stringify(layout), 'utf8') };
  }
  const rest = { ...more, count: values.length, gauges, origin };
  const text = JSON.stringify(rest).slice(0, -1);
  const header = [
    Buffer.from(`${text},"layout":`, 'utf8'),
    lastLayout.text,
    Buffer.from('}'),
  ];
  return packBlock(header, packExact({ values, parts }), allocate);
}

/** Decodes totals. @throws {NewerFormatError} or {CorruptBlockError}. */
export function unpackTotals<H extends TotalsHeader>(bytes: Uint8Array) {
  const { header, values } = unpackBlock<H>(bytes);
  const { layout, count, gauges, origin } = header;
  const exact = unpackExact(values, count);
  const totals: Totals = { ...exact, layout, gauges, origin };
  return { header, totals };
}
