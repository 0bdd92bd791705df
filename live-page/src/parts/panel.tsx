import type { ComponentChildren } from 'preact';

export interface PanelProps {
  readonly title: ComponentChildren;
  /** The unit or the time range of what is in it. */
  readonly unit?: ComponentChildren;
  readonly note?: ComponentChildren;
  readonly actions?: ComponentChildren;
  readonly children?: ComponentChildren;
}

export function Panel({ title, unit, note, actions, children }: PanelProps) {
  return (
    <section class="panel">
      <header>
        <h2>
          {title}
          {unit && (
            <>
              {' '}
              <small>{unit}</small>
            </>
          )}
        </h2>
        {actions}
      </header>
      {note && <p class="note">{note}</p>}
      {children}
    </section>
  );
}

export function Nothing({
  children,
}: {
  readonly children: ComponentChildren;
}) {
  return (
    <div class="nothing">
      <p>{children}</p>
    </div>
  );
}
