import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { sameItems } from '../../core/same-items.js';
import type { GroupFiles } from '../group/group-files.js';
import { SAVED_FILE, type OwnState } from '../group/group-member.js';
import { BlockMemory, packBlock } from './block.js';
import type { LayoutPart } from './layout.js';
import type { EncodedState } from './state-encoder.js';
import type { StoredExemplar } from './stored-series.js';

/** States that are remembered: others may have counted one of the last ones. */
const KEPT_STATES = 3;

/** The header of a state: the file `values` or `final`. */
export interface StateHeader {
  readonly seq: number;
  /** The name of the member: a process id, and for threads that of the thread. */
  readonly process: string;
  /** When the member was started (Unix seconds). */
  readonly started: number;
  /** The number of the file with the layout, `names.<number>`. */
  readonly generation: number;
  /** How many bytes of that file belong to the state, and their CRC-32. */
  readonly nameBytes: number;
  readonly nameSum: number;
  readonly exemplars: readonly StoredExemplar[];
  /** Whether the file `base` has values to subtract. */
  readonly hasBase: boolean;
  /** What the member does for all, if it is the first that does it. Absent in states of older versions. */
  readonly roles?: readonly string[];
}

/** The header of the file `base`. */
export interface BaseHeader {
  readonly parts: readonly LayoutPart[];
}

/** A state as it was written. */
interface WrittenState extends EncodedState {
  readonly seq: number;
}

/** The layout in the present folder. */
interface NamesFile {
  readonly folder: string;
  readonly generation: number;
  readonly parts: number;
  readonly bytes: Buffer;
  readonly sum: number;
}

/** A file that is written under another name first. */
interface NewFile {
  readonly to: string;
  readonly bytes: Buffer;
}

/** The name of a file that is being written. */
const DRAFT = 'draft';

/** Writes the states of the process. The names of its series are written when they change, the values each time. */
export class MemberFiles implements OwnState {
  private seq = 0;
  private readonly states: WrittenState[] = [];
  /** The last state in the present folder. */
  private written:
    | {
        folder: string;
        state: WrittenState;
        roles: readonly string[];
        base: WrittenState | undefined;
      }
    | undefined = undefined;
  /** See {@link StateHeader.roles}. */
  roles: readonly string[] = [];
  private base: WrittenState | undefined = undefined;
  private names: NamesFile | undefined = undefined;
  private oldestNames = 0;
  private readonly memory = new BlockMemory();
  /** Memory for the values of the next state: new memory would cost as much as all else of a save. */
  private spare: Float64Array | undefined = undefined;

  /** @param encode encodes the present state. It may put the values into `spare`. */
  constructor(
    private readonly files: GroupFiles,
    private readonly encode: (spare?: Float64Array) => Promise<EncodedState>,
    private readonly identity: Pick<StateHeader, 'process' | 'started'>,
  ) {}

  async write(
    folder: string,
    file: string,
  ): Promise<number | 'unchanged' | undefined> {
    const { spare } = this;
    this.spare = undefined;
    const encoded = await this.encode(spare);
    if (file === SAVED_FILE && this.isWritten(folder, encoded)) {
      return 'unchanged';
    }
    const state = { ...encoded, seq: ++this.seq };
    const { roles, base } = this;
    const { take } = this.memory;
    const { names, before, last } = this.newFiles(folder, state, take);
    for (const { to, bytes } of before) {
      const isWritten =
        (await this.files.write(`${folder}/${DRAFT}`, bytes)) &&
        (await this.files.rename(`${folder}/${DRAFT}`, `${folder}/${to}`));
      if (!isWritten) return undefined;
    }
    if (!(await this.files.write(`${folder}/${file}`, last))) return undefined;
    this.names = names;
    this.written = { folder: idOf(folder), state, roles, base };
    await this.removeOldNames(folder, state);
    return state.seq;
  }

  /** Writes a last state while the process ends, when nothing asynchronous can be done. */
  writeNow(directory: string, folder: string, encoded: EncodedState): void {
    const state = { ...encoded, seq: ++this.seq };
    const { before, last } = this.newFiles(folder, state);
    for (const { to, bytes } of [...before, { to: 'final', bytes: last }]) {
      const draft = join(directory, folder, `${DRAFT}.exit`);
      writeFileSync(draft, bytes, { mode: 0o600 });
      renameSync(draft, join(directory, folder, to));
    }
  }

  subtract(seq: number | 'last' | 'none'): void {
    this.base =
      seq === 'none'
        ? undefined
        : (this.states.find((one) => one.seq === seq) ?? this.states.at(-1));
  }

  private isWritten(folder: string, encoded: EncodedState): boolean {
    const last = this.written;
    return (
      last?.folder === idOf(folder) &&
      last.roles === this.roles &&
      last.base === this.base &&
      last.state.generation === encoded.generation &&
      sameItems(last.state.values, encoded.values) &&
      encoded.exemplars.length === 0
    );
  }

  /**
   * The files of a state: those that are needed before it, and itself.
   *
   * @param allocate returns the memory of the last one. Default: new memory.
   */
  private newFiles(
    folder: string,
    state: WrittenState,
    allocate?: (size: number) => Buffer,
  ) {
    this.remember(state);
    const names = this.namesOf(folder, state);
    const before: NewFile[] = [];
    if (names !== this.names) {
      before.push({ to: `names.${names.generation}`, bytes: names.bytes });
    }
    if (this.base !== undefined && this.written?.folder !== idOf(folder)) {
      const header: BaseHeader = { parts: this.base.parts };
      before.push({ to: 'base', bytes: packBlock(header, this.base.values) });
    }
    const header = this.headerOf(state, names);
    const last = packBlock(header, state.values, allocate);
    return { names, before, last };
  }

  private remember(state: WrittenState): void {
    this.states.push(state);
    if (this.states.length <= KEPT_STATES) return;
    const oldest = this.states.shift();
    const isUsed = oldest === this.base || oldest === this.written?.state;
    if (!isUsed) this.spare = oldest?.values;
  }

  private headerOf(
    { seq, exemplars }: WrittenState,
    { generation, bytes, sum }: NamesFile,
  ): StateHeader {
    return {
      ...this.identity,
      seq,
      generation,
      nameBytes: bytes.length,
      nameSum: sum,
      exemplars,
      hasBase: this.base !== undefined,
      roles: this.roles,
    };
  }

  private namesOf(
    folder: string,
    { generation, parts }: EncodedState,
  ): NamesFile {
    const id = idOf(folder);
    const known = this.names;
    const isKnown = known?.folder === id && known.generation === generation;
    if (isKnown && known.parts === parts.length) return known;
    const added = parts.slice(isKnown ? known.parts : 0);
    const lines = added.map((part) => `${JSON.stringify(part)}\n`).join('');
    const bytes = Buffer.from(lines, 'utf8');
    return {
      folder: id,
      generation,
      parts: parts.length,
      bytes: isKnown ? Buffer.concat([known.bytes, bytes]) : bytes,
      sum: crc32(bytes, isKnown ? known.sum : 0),
    };
  }

  /** Not those of the last generation: another member may be reading them. */
  private async removeOldNames(
    folder: string,
    { generation }: EncodedState,
  ): Promise<void> {
    const oldest = generation - 1;
    for (; this.oldestNames < oldest; this.oldestNames++) {
      await this.files.remove(`${folder}/names.${this.oldestNames}`);
    }
  }
}

/** The last part of a folder's path: the rest changes when the member is born. */
function idOf(folder: string): string {
  return folder.slice(folder.lastIndexOf('/') + 1);
}
