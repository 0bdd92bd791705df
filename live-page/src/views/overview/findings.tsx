import { useState } from 'preact/hooks';
import type { Finding } from '../../../../src/live/answers.js';
import { agentHref, metricHref, viewHref } from '../../app/routes.js';
import { Glyph } from '../../parts/glyph.js';
import { Name } from '../../parts/name.js';
import { sentenceOf, WORDS } from './finding-text.js';

const SHOWN = 4;

/** Who fails, who hangs, who costs: the worst first. */
export function Findings({
  findings,
}: {
  readonly findings: readonly Finding[];
}) {
  const [all, setAll] = useState(false);
  if (findings.length === 0) return <Calm />;
  const shown = all ? findings : findings.slice(0, SHOWN);
  return (
    <section class="findings" aria-label="Needs attention">
      <ul>
        {shown.map((finding) => (
          <FindingCard key={finding.kind + finding.subject} finding={finding} />
        ))}
      </ul>
      {findings.length > SHOWN && (
        <button
          type="button"
          class="quiet"
          aria-expanded={all}
          onClick={() => setAll(!all)}
        >
          {all ? 'Show fewer' : `${findings.length - SHOWN} more`}
        </button>
      )}
    </section>
  );
}

function Calm() {
  return (
    <p class="calm">
      <Glyph level="ok" />
      Nothing needs attention: no agent fails or hangs, exporters deliver, and
      health checks are up.
    </p>
  );
}

function FindingCard({ finding }: { readonly finding: Finding }) {
  const { level, kind, subject } = finding;
  const { text, more } = sentenceOf(finding);
  return (
    <li class={level}>
      <a href={hrefOf(finding)}>
        <Glyph level={level} />
        <span>
          <b class="line">
            <Name>{subject}</Name> <em>{WORDS[kind]}</em>
          </b>
          <span class="line">{text}</span>
          {more && <small class="line">{more}</small>}
        </span>
      </a>
    </li>
  );
}

function hrefOf({ kind, subject }: Finding): string {
  switch (kind) {
    case 'failing':
    case 'hanging':
    case 'expensive':
      return agentHref(subject);
    case 'overflow':
      return metricHref(subject);
    default:
      return viewHref('system');
  }
}
