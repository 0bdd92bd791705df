import type { ComponentChildren } from 'preact';

export interface HeadingProps {
  readonly title: ComponentChildren;
  readonly before?: ComponentChildren;
  readonly children?: ComponentChildren;
}

/** The title of a view, and a sentence about it. */
export function Heading({ title, before, children }: HeadingProps) {
  return (
    <div class="head">
      {before}
      <h1>{title}</h1>
      <p>{children}</p>
    </div>
  );
}
