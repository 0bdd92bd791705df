import { createContext } from 'preact';
import { useEffect, useLayoutEffect, useState } from 'preact/hooks';
import { readPreference, savePreference } from './preferences.js';

export type Theme = 'light' | 'dark';
export type ThemeChoice = 'auto' | Theme;

export const ThemeContext = createContext<Theme>('light');

const NEXT: Readonly<Record<ThemeChoice, ThemeChoice>> = {
  auto: 'light',
  light: 'dark',
  dark: 'auto',
};

const savedChoice = (): ThemeChoice => {
  const saved = readPreference('theme');
  return saved === 'light' || saved === 'dark' ? saved : 'auto';
};

/** The theme, the reader's choice, and a function that goes on to the next choice. */
export function useTheme() {
  const [choice, setChoice] = useState(savedChoice);
  const isDark = useMedia('(prefers-color-scheme: dark)');
  const isPrinted = useMedia('print');
  const chosen = choice === 'auto' ? (isDark ? 'dark' : 'light') : choice;
  const theme: Theme = isPrinted ? 'light' : chosen;
  useLayoutEffect(() => {
    document.documentElement.dataset['theme'] = theme;
  }, [theme]);
  const nextTheme = () => {
    savePreference('theme', NEXT[choice]);
    setChoice(NEXT[choice]);
  };
  return { theme, choice, nextTheme };
}

/** Whether a media query holds now. */
export function useMedia(query: string): boolean {
  const [holds, setHolds] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const update = () => setHolds(list.matches);
    update();
    list.addEventListener('change', update);
    return () => list.removeEventListener('change', update);
  }, [query]);
  return holds;
}
