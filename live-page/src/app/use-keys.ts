import { useEffect, useRef } from 'preact/hooks';

/** What the keys of the page do, by key. */
export type KeyActions = Readonly<Record<string, () => void>>;

const isTyped = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** Single keys, except where the reader types. */
export function useKeys(actions: KeyActions): void {
  const current = useRef(actions);
  current.current = actions;
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (isTyped(event.target)) return leaveField(event);
      const action = Object.hasOwn(current.current, event.key)
        ? current.current[event.key]
        : undefined;
      if (!action) return;
      event.preventDefault();
      action();
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, []);
}

function leaveField({ key, target }: KeyboardEvent): void {
  if (key === 'Escape') (target as HTMLElement).blur();
}

export const focusFilter = (): void =>
  document.querySelector<HTMLInputElement>('[data-filter]')?.focus();
