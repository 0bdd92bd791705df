import { isObject } from '../../core/validate.js';
import type { HourlyPrice } from './price-table.js';
import type { TokenRates } from './token-rates.js';

type Hours = Pick<HourlyPrice, 'from' | 'to' | 'weekdays'>;

const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

const MIDNIGHT = '00:00';

/** LiteLLM's `off_peak_pricing`: prices in windows of time; `undefined` if there are none. */
export function hoursOf(
  offPeak: unknown,
  rates: TokenRates,
): readonly HourlyPrice[] | undefined {
  if (!isObject(offPeak)) return undefined;
  const { windows } = offPeak;
  const rules = [offPeak, ...(Array.isArray(windows) ? windows : [])];
  const hours = rules.filter(isObject).flatMap(windowsOf);
  return hours.length === 0
    ? undefined
    : hours.map((window) => ({ ...rates, ...window }));
}

function windowsOf({ hours_utc, weekdays }: Record<string, unknown>): Hours[] {
  const days = daysOf(weekdays);
  const texts = Array.isArray(hours_utc) ? hours_utc : [hours_utc];
  return texts.flatMap((text) => windowOf(String(text), days));
}

function windowOf(text: string, weekdays: number[] | undefined): Hours[] {
  const match = /^\s*(\d{1,2}:\d\d)\s*-\s*(\d{1,2}:\d\d)\s*$/.exec(text);
  if (match === null) return [];
  const [from, to] = match.slice(1).map((time) => time.padStart(5, '0'));
  if (weekdays === undefined) return [{ from: from!, to: to! }];
  // There, the weekday is that of the request, also after midnight.
  return to! > from! || to === MIDNIGHT
    ? [{ from: from!, to: to!, weekdays }]
    : [
        { from: from!, to: MIDNIGHT, weekdays },
        { from: MIDNIGHT, to: to!, weekdays },
      ];
}

/** Days as numbers from 1, for Monday, or by their names. */
function daysOf(weekdays: unknown): number[] | undefined {
  if (!Array.isArray(weekdays)) return undefined;
  return weekdays
    .map((day: unknown) =>
      typeof day === 'number'
        ? day
        : WEEKDAYS.indexOf(String(day).trim().toLowerCase().slice(0, 3)) + 1,
    )
    .filter((day) => Number.isInteger(day) && day >= 1 && day <= 7);
}
