import type { AnswerHead } from '../../../src/live/answers.js';
import { viewHref } from '../app/routes.js';
import { minutesText } from '../format/clock.js';
import { duration } from '../format/durations.js';
import { withoutZeros } from '../format/numbers.js';

const EXAMPLE = `@Agent('Assistant')
@Injectable()
export class AssistantAgent {
  @Timed() @Counted() @InFlight()
  async run(input: string) { … }
}`;

/** What to write, before there is something to see. */
export function EmptyPage({ answer }: { readonly answer: AnswerHead }) {
  return (
    <section class="empty">
      <EmptyDrawing />
      <h1>No agent has been called yet</h1>
      <p>
        The page fills as soon as a decorated method is called. This is all it
        takes:
      </p>
      <pre tabIndex={0} role="region" aria-label="Example">
        <code>{EXAMPLE}</code>
      </pre>
      <p>
        The process itself is watched already: see{' '}
        <a href={viewHref('system')}>System</a>,{' '}
        <a href={viewHref('http')}>HTTP &amp; messages</a> and{' '}
        <a href={viewHref('metrics')}>Metrics</a>. It is sampled every{' '}
        {withoutZeros(duration(answer.interval))}, and the page shows up to{' '}
        {minutesText(answer.longest)}.
      </p>
    </section>
  );
}

function EmptyDrawing() {
  return (
    <svg viewBox="0 0 240 64" aria-hidden="true">
      <path class="base" d="M0 44h240" />
      <path
        class="up"
        d="M8 44v-6m16 6v-14m16 14v-9m16 9v-22m16 22v-17m16 17v-28m16 28v-20m16 20v-11m16 11v-24m16 24v-16m16 16v-8m16 8v-19m16 19v-12m16 12v-5"
      />
    </svg>
  );
}
