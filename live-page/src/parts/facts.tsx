import type { ComponentChildren } from 'preact';

export interface Fact {
  readonly label: string;
  readonly value: ComponentChildren;
  readonly bad?: boolean;
}

export function Facts({ list }: { readonly list: readonly Fact[] }) {
  return (
    <dl class="facts">
      {list.map(({ label, value, bad }) => (
        <div key={label} class={bad ? 'badtext' : undefined}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
