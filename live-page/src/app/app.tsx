import { useEffect, useMemo, useState } from 'preact/hooks';
import type { AnswerHead } from '../../../src/live/answers.js';
import type { Connection, Snapshot } from '../api/poller.js';
import { AwayContext } from '../charts/axes.js';
import { Cursor } from '../charts/cursor.js';
import { CursorContext } from '../charts/use-cursor.js';
import { Palette } from '../charts/palette.js';
import { PaletteContext } from '../charts/use-palette.js';
import { printable } from '../format/names.js';
import type { Level } from '../parts/glyph.js';
import { ViewContent } from '../views/view-content.js';
import { Banner, ResetNotice } from './banner.js';
import { Footer } from './footer.js';
import { Header, type LivenessProps } from './header.js';
import { KeyList } from './key-list.js';
import { queriesOf, type Route, viewHref, VIEWS } from './routes.js';
import { ThemeContext, useTheme } from './theme.js';
import { focusFilter, type KeyActions, useKeys } from './use-keys.js';
import { useLive, useSeconds } from './use-live.js';
import { useEachAnswer, useMinutes } from './use-minutes.js';
import { focusContent, useRoute } from './use-route.js';

/** The page: what is around the views. */
export function App() {
  const route = useRoute();
  const { theme, choice, nextTheme } = useTheme();
  const minutes = useMinutes();
  const [paused, setPaused] = useState(false);
  const [help, setHelp] = useState(false);
  const [filter, setFilter] = useFilter(route);
  const { snapshot, poller } = useLive(
    queriesOf(route, filter),
    minutes.asked,
    paused,
  );
  const { connection } = snapshot;
  const now = useSeconds(connection.state === 'away');
  const head = headOf(snapshot);
  useEachAnswer(head, minutes.learn);
  useTitle(route, head?.app);
  useKeys({
    ...viewKeys(),
    '/': focusFilter,
    p: () => setPaused(!paused),
    t: nextTheme,
    '?': () => setHelp(!help),
    '[': () => minutes.step(-1),
    ']': () => minutes.step(1),
  });
  return (
    <Contexts theme={theme} away={secondsAway(snapshot, now, head)}>
      <SkipLink />
      <Header
        app={head?.app || 'Live metrics'}
        view={route.view}
        liveness={livenessOf(connection, paused, head, () =>
          setPaused(!paused),
        )}
        range={{
          ...minutes,
          minutes: minutes.chosen,
          onMinutes: minutes.choose,
        }}
        theme={choice}
        onTheme={nextTheme}
        help={help}
        onHelp={() => setHelp(!help)}
      />
      {help && <KeyList />}
      <Banner {...{ connection, paused, now }} onRetry={() => poller.poll()} />
      <ResetNotice
        resetAt={snapshot.resetAt}
        onClose={() => poller.forgetReset()}
      />
      <main
        id="main"
        tabIndex={-1}
        class={isStale(connection) ? 'stale' : undefined}
      >
        <ViewContent
          route={route}
          answers={snapshot.answers}
          connection={connection}
          filter={filter}
          onFilter={setFilter}
        />
      </main>
      {head && <Footer head={head} />}
    </Contexts>
  );
}

/** The filter by labels of a metric's series: another metric starts without one. */
function useFilter({ view, name }: Route) {
  const place = JSON.stringify([view, name]);
  const [kept, setKept] = useState({ place, filter: '' });
  const filter = kept.place === place ? kept.filter : '';
  return [filter, (text: string) => setKept({ place, filter: text })] as const;
}

function useTitle({ view, name }: Route, app: string | undefined): void {
  const label = VIEWS.find((one) => one.name === view)!.label;
  const title = [
    name === null ? label : printable(name),
    app && printable(app),
  ];
  useEffect(() => {
    document.title = title.filter(Boolean).join(' · ');
  }, title);
}

const viewKeys = (): KeyActions =>
  Object.fromEntries(
    VIEWS.map(({ name }, index) => [
      String(index + 1),
      () => {
        location.hash = viewHref(name);
      },
    ]),
  );

/** All answers of a round have the same head. */
const headOf = ({ answers }: Snapshot): AnswerHead | undefined =>
  [...answers.values()].at(-1);

const isStale = ({ state }: Connection): boolean =>
  state !== 'live' && state !== 'loading';

/** Full intervals since the last answer, while the app is away. */
function secondsAway(
  { connection, receivedAt }: Snapshot,
  now: number,
  head?: AnswerHead,
): number {
  if (connection.state !== 'away' || !head) return 0;
  const seconds = Math.max(0, (now - receivedAt) / 1000);
  return Math.floor(seconds / head.interval) * head.interval;
}

const WORDS: Readonly<Record<Connection['state'], readonly [Level, string]>> = {
  loading: ['idle', 'Loading'],
  live: ['ok', 'Live'],
  away: ['bad', 'Disconnected'],
  ended: ['bad', 'No access'],
  outdated: ['warn', 'Outdated'],
};

function livenessOf(
  { state }: Connection,
  paused: boolean,
  head: AnswerHead | undefined,
  onToggle: () => void,
): LivenessProps {
  const [level, word] = WORDS[state];
  const disabled = state === 'ended' || state === 'outdated';
  return {
    level: paused && !disabled ? 'warn' : level,
    word,
    paused: paused && !disabled,
    pausedAt: head?.now ?? null,
    disabled,
    onToggle,
  };
}

function SkipLink() {
  const skip = (event: Event) => {
    event.preventDefault();
    focusContent();
  };
  return (
    <a class="skip" href="#main" onClick={skip}>
      Skip to content
    </a>
  );
}

interface ContextsProps {
  readonly theme: 'light' | 'dark';
  readonly away: number;
  readonly children: preact.ComponentChildren;
}

/** What all drawings of the page share. */
function Contexts({ theme, away, children }: ContextsProps) {
  const cursor = useMemo(() => new Cursor(), []);
  const palette = useMemo(() => new Palette(), []);
  return (
    <ThemeContext.Provider value={theme}>
      <AwayContext.Provider value={away}>
        <CursorContext.Provider value={cursor}>
          <PaletteContext.Provider value={palette}>
            {children}
          </PaletteContext.Provider>
        </CursorContext.Provider>
      </AwayContext.Provider>
    </ThemeContext.Provider>
  );
}
