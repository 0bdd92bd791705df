import type { ComponentChildren } from 'preact';
import type { Connection } from '../api/poller.js';
import { clock } from '../format/clock.js';
import { age } from '../format/durations.js';
import { Glyph, type Level } from '../parts/glyph.js';

export interface BannerProps {
  readonly connection: Connection;
  readonly paused: boolean;
  /** Milliseconds. */
  readonly now: number;
  readonly onRetry: () => void;
}

/** Says why the numbers are not of now. */
export function Banner({ connection, paused, now, onRetry }: BannerProps) {
  switch (connection.state) {
    case 'away':
      return <AwayBanner {...connection} {...{ paused, now, onRetry }} />;
    case 'ended':
      return <EndedBanner since={connection.since} />;
    case 'outdated':
      return (
        <Notice level="warn" action="Reload" onAction={() => location.reload()}>
          <b>The app was updated.</b> Reload the page to see its numbers.
        </Notice>
      );
    default:
      return null;
  }
}

interface AwayProps {
  readonly paused: boolean;
  readonly since: number;
  readonly nextTry: number;
  readonly reason: string;
  readonly now: number;
  readonly onRetry: () => void;
}

function AwayBanner(props: AwayProps) {
  const { since, reason, onRetry } = props;
  return (
    <Notice level="bad" action="Try now" onAction={onRetry}>
      <b>
        The app has not answered since {clock(since / 1000)} ({reason}).
      </b>{' '}
      The page shows its last answer.{' '}
      <span aria-live="off">{nextTryText(props)}</span>
    </Notice>
  );
}

function nextTryText({ paused, nextTry, now }: AwayProps): string {
  if (paused) return 'It is paused, and does not try again by itself.';
  const seconds = Math.max(0, Math.round((nextTry - now) / 1000));
  return seconds > 0 ? `Next try in ${age(seconds)}.` : 'Trying now.';
}

function EndedBanner({ since }: { readonly since: number }) {
  return (
    <Notice level="bad" action="Reload" onAction={() => location.reload()}>
      <b>Your access has ended at {clock(since / 1000)}.</b> The page shows the
      last answer and does not ask again. Reload it to sign in.
    </Notice>
  );
}

export interface NoticeProps {
  readonly level: Level;
  readonly children: ComponentChildren;
  readonly action: string;
  readonly onAction: () => void;
}

export function Notice({ level, children, action, onAction }: NoticeProps) {
  return (
    <div class={`banner ${level}`} role="alert">
      <Glyph level={level} />
      <p>{children}</p>
      <button type="button" onClick={onAction}>
        {action}
      </button>
    </div>
  );
}

export interface ResetNoticeProps {
  readonly resetAt: number | null;
  readonly onClose: () => void;
}

/** Another history: what was shown before does not go on. */
export function ResetNotice({ resetAt, onClose }: ResetNoticeProps) {
  if (resetAt === null) return null;
  return (
    <Notice level="info" action="Close" onAction={onClose}>
      <b>The history was started again at {clock(resetAt / 1000)}.</b> The app
      was restarted, or its metrics were cleared.
    </Notice>
  );
}
