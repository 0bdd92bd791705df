import type { Finding, FindingKind } from '../../../../src/live/answers.js';
import { age } from '../../format/durations.js';
import { money } from '../../format/money.js';
import { printable } from '../../format/names.js';
import { count, counted, percent } from '../../format/numbers.js';

export const WORDS: Readonly<Record<FindingKind, string>> = {
  failing: 'Failing',
  hanging: 'Hanging',
  expensive: 'Expensive',
  notDelivering: 'Not delivering',
  down: 'Down',
  overflow: 'Too many series',
};

export interface FindingText {
  readonly text: string;
  readonly more?: string | undefined;
}

/** What a finding says, in words. */
export function sentenceOf({ kind, facts }: Finding): FindingText {
  return SENTENCES[kind](new Facts(facts));
}

/** The facts of a finding, by type; those of another type are missing. */
class Facts {
  readonly #facts: Finding['facts'];

  constructor(facts: Finding['facts']) {
    this.#facts = facts;
  }

  number(name: string): number | null {
    const value = this.#facts[name];
    return typeof value === 'number' ? value : null;
  }

  text(name: string): string | undefined {
    const value = this.#facts[name];
    return typeof value === 'string' && value ? printable(value) : undefined;
  }

  money(name: string): string | undefined {
    const value = this.#facts[name];
    return typeof value === 'object' && value.length > 0
      ? money(value)
      : undefined;
  }
}

const SENTENCES: Readonly<Record<FindingKind, (facts: Facts) => FindingText>> =
  {
    failing: (facts) => {
      const failed = facts.number('failed') ?? 0;
      const of = facts.number('of') ?? 0;
      const error = facts.text('error');
      return {
        text: `${percent(of > 0 ? failed / of : null)} of calls fail${error ? `, mostly ${error}` : ''}`,
        more: `${count(failed)} of ${count(of)} in the last 5 min`,
      };
    },
    hanging: (facts) => ({
      text: `The oldest call runs for ${age(facts.number('oldest'))}`,
      more: `${count(facts.number('inFlight'))} in flight; 99 % take less than ${age(facts.number('p99'))}`,
    }),
    expensive: (facts) => {
      const perCall = facts.money('perCall');
      return {
        text: `${percent(facts.number('share'))} of the cost, ${percent(facts.number('callShare'))} of the calls`,
        more: perCall && `${perCall} per call`,
      };
    },
    notDelivering: (facts) => ({
      text: `No success for ${age(facts.number('seconds'))}`,
      more: facts.text('error'),
    }),
    down: (facts) => ({
      text: `The health check fails for ${age(facts.number('seconds'))}`,
      more: facts.number('critical')
        ? 'The app is unhealthy until it is up.'
        : undefined,
    }),
    overflow: (facts) => ({
      text: `All of its ${count(facts.number('limit'))} series are taken`,
      more: `${counted(facts.number('recordings') ?? 0, 'recording')} went to the overflow series`,
    }),
  };
