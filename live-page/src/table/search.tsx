export interface SearchProps {
  readonly label: string;
  readonly text: string;
  readonly onText: (text: string) => void;
}

/** The field that the key `/` leads to. */
export function Search({ label, text, onText }: SearchProps) {
  return (
    <label class="search">
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <circle cx="7" cy="7" r="4.5" />
        <path d="m10.5 10.5 4 4" />
      </svg>
      <span class="vh">Filter {label}</span>
      <input
        type="search"
        data-filter
        placeholder={`Filter ${label.toLowerCase()}`}
        value={text}
        spellcheck={false}
        autocomplete="off"
        onInput={({ currentTarget }) => onText(currentTarget.value)}
      />
      <kbd aria-hidden="true">/</kbd>
    </label>
  );
}
