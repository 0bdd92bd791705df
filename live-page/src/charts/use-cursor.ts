import { createContext } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import { Cursor } from './cursor.js';

export const CursorContext = createContext(new Cursor());

export const useCursor = (): Cursor => useContext(CursorContext);

/** The time at the crosshair, or `null`. */
export function useCursorTime(): number | null {
  const cursor = useCursor();
  const [time, setTime] = useState(cursor.time);
  useEffect(() => cursor.subscribe((next) => setTime(next)), [cursor]);
  return time;
}
