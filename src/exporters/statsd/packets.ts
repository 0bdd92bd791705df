import type { Line } from './lines.js';

/** Lines that travel together. */
export interface Packet {
  /** The lines, without a line feed at the end. */
  readonly text: string;
  readonly lines: readonly Line[];
}

/** Lines after which there is a packet at the latest. */
const LINES_AT_ONCE = 256;

/**
 * Puts lines into packets of so many bytes. A line that is longer has a packet of its
 * own. Where there is much to look at and little to send, packets without any lines
 * come between the others, for the app to have its turns.
 */
export function* packetsOf(
  lines: Iterable<Line>,
  maxBytes: number,
): Generator<Packet> {
  let texts: string[] = [];
  let packed: Line[] = [];
  let bytes = 0;
  let looked = 0;
  for (const line of partsOf(lines, maxBytes)) {
    const size = line.text === undefined ? 0 : Buffer.byteLength(line.text) + 1;
    if (++looked % LINES_AT_ONCE === 0) yield { text: '', lines: [] };
    // The last line of a packet has no line feed.
    if (bytes > 0 && bytes + size > maxBytes + 1) {
      yield { text: texts.join('\n'), lines: packed };
      [texts, packed, bytes] = [[], [], 0];
    }
    packed.push(line);
    if (line.text === undefined) continue;
    texts.push(line.text);
    bytes += size;
  }
  if (packed.length > 0) yield { text: texts.join('\n'), lines: packed };
}

/** Lines that belong together are parted only if no packet has room for all of them. */
function* partsOf(lines: Iterable<Line>, maxBytes: number): Generator<Line> {
  for (const line of lines) {
    const { text, delivered } = line;
    if (text === undefined || Buffer.byteLength(text) <= maxBytes) {
      yield line;
      continue;
    }
    const parts = text.split('\n');
    const last = parts.pop()!;
    for (const part of parts) {
      yield { text: part, delivered: () => {}, isPart: true };
    }
    yield { text: last, delivered };
  }
}
