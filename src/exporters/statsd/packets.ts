import type { Line } from './lines.js';

/** Lines that travel together. */
export interface Packet {
  /** The lines, without a line feed at the end. */
  readonly text: string;
  readonly lines: readonly Line[];
}

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
    if (bytes > 0 && bytes + size > maxBytes) {
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
