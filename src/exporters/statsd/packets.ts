import type { Line } from './lines.js';

/** Lines that travel together. */
export interface Packet {
  /** The lines, without a line feed at the end. */
  readonly text: string;
  readonly lines: readonly Line[];
}

/** So many that the sample rate leaves out end a packet too: the event loop gets its turn between two. */
const MAX_LEFT_OUT = 256;

/** Puts lines into packets of so many bytes. A line that is longer has a packet of its own. */
export function* packetsOf(
  lines: Iterable<Line>,
  maxBytes: number,
): Generator<Packet> {
  let texts: string[] = [];
  let packed: Line[] = [];
  let bytes = 0;
  for (const line of lines) {
    const size = Buffer.byteLength(line.text ?? '') + 1;
    const isFull = bytes > 0 && bytes + size > maxBytes;
    if (isFull || packed.length - texts.length >= MAX_LEFT_OUT) {
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
