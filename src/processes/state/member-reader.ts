import { crc32 } from 'node:zlib';
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
}

/** What was read of a member before. */
interface KnownMember {
  readonly header: StateHeader;
  readonly layout: Layout;
  readonly base: MemberMetrics | undefined;
  readonly state: MemberState;
}

/** A state of which nothing can be read. */
const UNREADABLE: MemberState = { seq: 0, process: '', metrics: [] };

/** Reads the states of members, and of each only what is new. */
export class MemberReader {
  /** By folder. */
  private readonly known = new Map<string, KnownMember>();

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
      const bytes = await this.files.read(path);
      if (bytes === undefined) return undefined;
      try {
        const block = unpackBlock<StateHeader>(bytes);
        const known = await this.decode(folder, block, this.known.get(folder));
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
      if (!ids.has(folder.slice(2))) this.known.delete(folder);
    }
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
    const { process, started, exemplars, seq } = header;
    const common = { process, started, isAlive: folder.startsWith('m/') };
    const base = header.hasBase
      ? (known?.base ?? (await this.readBase(folder, common)))
      : undefined;
    const own = { ...common, layout, values, exemplars };
    const metrics = base === undefined ? [own] : [own, base];
    return { header, layout, base, state: { seq, process, metrics } };
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
    const layout = new Layout();
    for (const line of names.toString('utf8').split('\n')) {
      if (line !== '') layout.add(JSON.parse(line) as LayoutPart);
    }
    return layout;
  }

  private async readBase(
    folder: string,
    common: Pick<MemberMetrics, 'process' | 'started' | 'isAlive'>,
  ): Promise<MemberMetrics> {
    const bytes = await this.files.read(`${folder}/base`);
    if (bytes === undefined) throw new CorruptBlockError('its base is missing');
    const { header, values } = unpackBlock<BaseHeader>(bytes);
    const layout = new Layout();
    for (const part of header.parts) layout.add(part);
    return { ...common, isAlive: false, layout, values, isNegative: true };
  }
}
