import { clock } from '../format/clock.js';
import { printable } from '../format/names.js';
import { Glyph, type Level } from '../parts/glyph.js';
import { RangeChoice, type RangeChoiceProps } from './range-choice.js';
import { viewHref, VIEWS, type ViewName } from './routes.js';
import type { ThemeChoice } from './theme.js';

export interface HeaderProps {
  readonly app: string;
  readonly view: ViewName;
  readonly liveness: LivenessProps;
  readonly range: RangeChoiceProps;
  readonly theme: ThemeChoice;
  readonly onTheme: () => void;
  readonly help: boolean;
  readonly onHelp: () => void;
}

export function Header(props: HeaderProps) {
  const { app, view, liveness, range, help, onHelp } = props;
  return (
    <header class="top">
      <a class="brand" href={viewHref('overview')}>
        <Brand />
        <b class="cut">
          <bdi>{printable(app)}</bdi>
        </b>
      </a>
      <ViewLinks current={view} />
      <div class="controls">
        <Liveness {...liveness} />
        <RangeChoice {...range} />
        <ThemeButton choice={props.theme} onNext={props.onTheme} />
        <button
          type="button"
          class="help"
          aria-expanded={help}
          onClick={onHelp}
          title="Keys (key ?)"
        >
          ?<span class="vh"> Keys</span>
        </button>
      </div>
    </header>
  );
}

function Brand() {
  return (
    <svg viewBox="0 0 20 20" aria-hidden="true">
      <path d="M3 11v-3M7 11V4M11 11V6.500M15 11V2" />
      <path class="down" d="M7 14v1.500M15 14v4" />
    </svg>
  );
}

function ViewLinks({ current }: { readonly current: ViewName }) {
  return (
    <nav aria-label="Views">
      {VIEWS.map(({ name, label, short }, index) => (
        <a
          key={name}
          href={viewHref(name)}
          aria-current={name === current ? 'page' : undefined}
          title={`Key ${index + 1}`}
        >
          <span class="long">{label}</span>
          <span class="short">{short}</span>
        </a>
      ))}
    </nav>
  );
}

export interface LivenessProps {
  readonly level: Level;
  readonly word: string;
  readonly paused: boolean;
  readonly pausedAt: number | null;
  readonly disabled: boolean;
  readonly onToggle: () => void;
}

/** Whether the numbers are of now. Pauses them, and lets them go on. */
function Liveness({
  level,
  word,
  paused,
  pausedAt,
  disabled,
  onToggle,
}: LivenessProps) {
  const text = paused && pausedAt !== null ? `Paused ${clock(pausedAt)}` : word;
  return (
    <button
      type="button"
      class={`live ${level}`}
      disabled={disabled}
      onClick={onToggle}
      title={paused ? 'Go on (key p)' : 'Pause (key p)'}
    >
      <Glyph level={level} />
      {text}
      <span class="vh">, {paused ? 'go on' : 'pause'}</span>
    </button>
  );
}

const THEMES: Readonly<Record<ThemeChoice, string>> = {
  auto: 'Auto',
  light: 'Light',
  dark: 'Dark',
};

interface ThemeButtonProps {
  readonly choice: ThemeChoice;
  readonly onNext: () => void;
}

function ThemeButton({ choice, onNext }: ThemeButtonProps) {
  return (
    <button type="button" class="theme" onClick={onNext} title="Theme (key t)">
      <svg class="glyph" viewBox="0 0 16 16" aria-hidden="true">
        <path d="M8 2v12A6 6 0 0 1 8 2Z" />
        <circle cx="8" cy="8" r="5.4" />
      </svg>
      <span class="vh">Theme: </span>
      <span class="wide">{THEMES[choice]}</span>
    </button>
  );
}
