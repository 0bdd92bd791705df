import { printable } from '../format/names.js';
import { NONE } from '../format/numbers.js';

const SHOWN = 3;

/** The first tools of a list, and how many others there are. */
export function ToolNames({ tools }: { readonly tools: readonly string[] }) {
  if (tools.length === 0) return <>{NONE}</>;
  const names = tools.map((name) => printable(name));
  const others = names.length - SHOWN;
  return (
    <span class="cut mono" title={names.join(', ')}>
      <bdi>{names.slice(0, SHOWN).join(', ')}</bdi>
      {others > 0 && ` +${others}`}
    </span>
  );
}
