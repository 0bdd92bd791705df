export type Level = 'bad' | 'warn' | 'ok' | 'info' | 'idle';

/** Diamond, triangle, disc, square, ring: the shape says what the colour repeats. */
const SHAPES: Readonly<Record<Level, string>> = {
  bad: 'M8 1.2 14.8 8 8 14.8 1.2 8Z',
  warn: 'M8 1.5 15 14H1Z',
  ok: 'M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2Z',
  info: 'M2.5 2.5h11v11h-11Z',
  idle: 'M8 2.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11Zm0 1.8a3.7 3.7 0 1 0 0 7.4 3.7 3.7 0 0 0 0-7.4Z',
};

const MARKS: Readonly<Record<Level, string>> = {
  bad: 'M8 4.6v4.2M8 10.6v1',
  warn: 'M8 6v4M8 11.4v1',
  ok: 'm5.2 8.2 2 2 3.6-4',
  info: 'M8 4.4v1.2M8 7v4.8',
  idle: '',
};

export function Glyph({ level }: { readonly level: Level }) {
  return (
    <svg class={`glyph ${level}`} viewBox="0 0 16 16" aria-hidden="true">
      <path d={SHAPES[level]} />
      {MARKS[level] && <path class="mark" d={MARKS[level]} />}
    </svg>
  );
}
