import { crc32 } from 'node:zlib';
import { getOrInsert } from '../../core/get-or-insert.js';
import type { GroupFiles } from '../group/group-files.js';
import type { StateFile } from '../group/group.js';
import type { MemberMetrics } from '../merge/member-metrics.js';
import { type Block, CorruptBlockError, unpackBlock } from './block.js';
import { Layout, type LayoutPart } from './layout.js';
import type { BaseHeader, StateHeader } from './member-files.js';

/** Attempts to read a state whose files are replaced meanwhile. */
const MAX_READS = 5;

/** A state of a member. */
export interface MemberState {
  readonly seq: number;
  readonly process: string;
  /** Its values, and those to subtract. */
  readonly metrics: readonly MemberMetrics[];
  /** What it does for all members, if it is the first that does it. */
  readonly roles: readonly string[];
}

/** What was read of a member before. */
interface KnownMember {
  readonly header: StateHeader;
  readonly layout: Layout;
  readonly base: MemberMetrics | undefined;
  readonly state: MemberState;
}

/** A state of which nothing can be read. */
const UNREADABLE: MemberState = { seq: 0, process: '', metrics: [], roles: [] };

/** Reads the states of members, and of each only what is new. */
export class MemberReader {
  /** By folder. */
  private readonly known = new Map<string, KnownMember>();
  private readonly memory = new Map<string, ReadMemory>();

  /** @param unreadable is called for a state that cannot be read; the last one that could be counts instead. */
  constructor(
    private readonly files: GroupFiles,
    private readonly unreadable: (
      path: string,
      error: unknown,
    ) => Promise<void>,
  ) {}

  /** The state in a file; `undefined` if there is no such file. */
  async read(
    folder: string,
    file: StateFile,
  ): Promise<MemberState | undefined> {
    const path = `${folder}/${file}`;
    for (let reads = 1; ; reads++) {
      const memory = this.memoryOf(folder);
      const bytes = await this.files.read(path, memory.spare);
      if (bytes === undefined) return undefined;
      try {
        const block = unpackBlock<StateHeader>(bytes);
        const before = this.known.get(folder);
        const known = await this.decode(folder, block, before);
        if (known !== before) memory.keepSpare();
        this.known.set(folder, known);
        return known.state;
      } catch (error) {
        // The member may have replaced the file with the names meanwhile.
        if (reads < MAX_READS) continue;
        await this.unreadable(path, error);
        return this.known.get(folder)?.state ?? UNREADABLE;
      }
    }
  }

  /** Forgets all members but those with these ids. */
  keepOnly(ids: ReadonlySet<string>): void {
    for (const folder of this.known.keys()) {
      if (ids.has(folder.slice(2))) continue;
      this.known.delete(folder);
      this.memory.delete(folder);
    }
  }

  private memoryOf(folder: string): ReadMemory {
    return getOrInsert(this.memory, folder, () => new ReadMemory());
  }

  private async decode(
    folder: string,
    { header, values }: Block<StateHeader>,
    known: KnownMember | undefined,
  ): Promise<KnownMember> {
    if (known?.header.seq === header.seq) return known;
    const layout = await this.layoutOf(folder, header, known);
    if (values.length !== layout.size) {
      throw new CorruptBlockError('its values do not match its names');
    }
    const { process, started, exemplars, seq, roles = [] } = header;
    const common = { process, started, isAlive: folder.startsWith('m/') };
    const base = header.hasBase
      ? (known?.base ?? (await this.readBase(folder, common)))
      : undefined;
    const own = { ...common, layout, values, exemplars };
    const metrics = base === undefined ? [own] : [own, base];
    return { header, layout, base, state: { seq, process, metrics, roles } };
  }

  private async layoutOf(
    folder: string,
    { generation, nameBytes, nameSum }: StateHeader,
    known: KnownMember | undefined,
  ): Promise<Layout> {
    const isKnown = known?.header.generation === generation;
    if (isKnown && known.header.nameBytes === nameBytes) return known.layout;
    const bytes = await this.files.read(`${folder}/names.${generation}`);
    const names = Buffer.from(bytes ?? []).subarray(0, nameBytes);
    if (names.length < nameBytes || crc32(names) !== nameSum) {
      throw new CorruptBlockError('its names cannot be read');
    }
    const lines = names.toString('utf8').split('\n').slice(0, -1);
    return new Layout(lines.map((line) => JSON.parse(line) as LayoutPart));
  }

  private async readBase(
    folder: string,
    common: Pick<MemberMetrics, 'process' | 'started' | 'isAlive'>,
  ): Promise<MemberMetrics> {
    const bytes = await this.files.read(`${folder}/base`);
    if (bytes === undefined) throw new CorruptBlockError('its base is missing');
    const { header, values } = unpackBlock<BaseHeader>(bytes);
    const layout = new Layout(header.parts);
    return { ...common, isAlive: false, layout, values, isNegative: true };
  }
}

/**
 * Memory for the last state of a member and for the next one: new memory for each would cost
 * more than all else of a reading.
 */
class ReadMemory {
  private next = Buffer.alloc(0);
  private kept = Buffer.alloc(0);

  /** Memory that does not hold the last state. */
  readonly spare = (size: number): Buffer => {
    if (this.next.length < size) this.next = Buffer.from(new ArrayBuffer(size));
    return this.next;
  };

  /** The spare memory holds the last state from now on. */
  keepSpare(): void {
    [this.next, this.kept] = [this.kept, this.next];
  }
}
