import { useEffect, useMemo, useState } from 'preact/hooks';
import { apiBase, type Query, queryUrl } from '../api/base.js';
import { fetchAnswer } from '../api/fetch-answer.js';
import { Poller, type Snapshot, START } from '../api/poller.js';

/** Keeps the answers to the queries up to date. */
export function useLive(
  queries: readonly Query[],
  minutes: number | null,
  paused: boolean,
) {
  const [snapshot, setSnapshot] = useState(START);
  const poller = useMemo(() => newPoller(setSnapshot), []);
  const asked = JSON.stringify(queries);
  // Before the first question: a page may be opened in the background.
  useEffect(() => {
    const hide = () => poller.setHidden(document.hidden);
    hide();
    document.addEventListener('visibilitychange', hide);
    return () => {
      document.removeEventListener('visibilitychange', hide);
      poller.close();
    };
  }, [poller]);
  useEffect(() => poller.setPaused(paused), [poller, paused]);
  useEffect(() => poller.show(queries, minutes), [poller, asked, minutes]);
  return { snapshot, poller };
}

function newPoller(onChange: (snapshot: Snapshot) => void): Poller {
  const base = apiBase(import.meta.url);
  return new Poller({
    fetchAnswer: (query, minutes, signal) =>
      fetchAnswer(queryUrl(base, query, minutes), signal),
    onChange,
    now: () => Date.now(),
  });
}

/** The time in milliseconds, second by second while `running`. */
export function useSeconds(running: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!running) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [running]);
  return now;
}
