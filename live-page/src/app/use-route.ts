import { useEffect, useState } from 'preact/hooks';
import { parseRoute } from './routes.js';

/** The route of the address. A new one starts at the top, for screen readers too. */
export function useRoute() {
  const [route, setRoute] = useState(() => parseRoute(location.hash));
  useEffect(() => {
    const follow = () => {
      setRoute(parseRoute(location.hash));
      scrollTo(0, 0);
      focusContent();
    };
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return route;
}

export const focusContent = (): void =>
  document.querySelector('main')?.focus({ preventScroll: true });
