import { printable } from '../format/names.js';

export interface NameProps {
  readonly children: string;
  readonly href?: string | undefined;
  /** For what is code: tools, routes, errors, metrics. */
  readonly mono?: boolean | undefined;
}

/** A name of the app on one line: whatever is in it stays text, and stays in its place. */
export function Name({ children, href, mono }: NameProps) {
  const text = printable(children);
  const inner = (
    <bdi class={mono ? 'mono' : undefined} dir={mono ? 'ltr' : undefined}>
      {text}
    </bdi>
  );
  return href ? (
    <a class="cut" href={href} title={text}>
      {inner}
    </a>
  ) : (
    <span class="cut" title={text}>
      {inner}
    </span>
  );
}
