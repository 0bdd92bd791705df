import { OptionsError, shown } from '../../core/errors.js';
import {
  BOOLEAN,
  Check,
  type CheckAt,
  integer,
  isObject,
  type Rules,
  TEXT,
  validate,
  validateOne,
} from '../../core/validate.js';
import { Decimal } from '../decimal.js';
import type { ModelPrice, PriceTable } from './price-table.js';
import { TOKEN_RATES } from './token-rates.js';

const RATE = new Check(
  'a decimal number of 0 or more, as a number or a text',
  (value) => Decimal.isDecimal(value),
);

const TIME = new Check("a time such as '16:30'", (value) =>
  /^([01]\d|2[0-3]):[0-5]\d$/.test(String(value)),
);

const RATE_RULES: Rules = Object.fromEntries(
  [...TOKEN_RATES, 'multiplier'].map((rate) => [rate, RATE]),
);

const TIERS = list('length tiers', {
  rules: {
    ...RATE_RULES,
    above: integer(0, 1e15, ' tokens'),
    inclusive: BOOLEAN,
  },
  required: ['above'],
});

const MODEL_RULES: Rules = {
  model: TEXT,
  provider: TEXT,
  ...RATE_RULES,
  perCall: byName('prices', RATE),
  perRequest: byName('prices', RATE),
  tiers: TIERS,
  serviceTiers: byName('service tiers', { ...RATE_RULES, tiers: TIERS }),
  inferenceGeos: byName('prices', RATE_RULES),
  hours: list('prices by hours', {
    rules: {
      ...RATE_RULES,
      from: TIME,
      to: TIME,
      weekdays: list('weekdays', { rules: integer(1, 7), required: [] }),
    },
    required: ['from', 'to'],
  }),
};

const TABLE_RULES: Rules = {
  currency: TEXT,
  perTokens: new Check(
    'a power of ten, from 1 to 1000000000',
    (value) => typeof value === 'number' && /^1(0{0,9})$/.test(String(value)),
  ),
  models: list('prices by model', { rules: checkModel, required: [] }),
};

/** @throws {OptionsError} naming the price that is not valid, its value and what is allowed. */
export function checkTable(table: unknown, path: string): PriceTable {
  validate(table, TABLE_RULES, path);
  insist(table, ['currency', 'models'], path);
  return table as PriceTable;
}

/** @throws {OptionsError} as {@link checkTable} does. */
export function checkModel(price: unknown, path: string): void {
  validate(price, MODEL_RULES, path);
  insist(price, ['model'], path);
  const { perCall, perRequest, ...rates } = price as ModelPrice;
  const given = TOKEN_RATES.filter((rate) => rates[rate] !== undefined);
  const calls = Object.keys({ ...perCall, ...perRequest });
  if (given.length + calls.length === 0) {
    throw new OptionsError(
      `${path} has no price; expected one at least, e.g. input and output`,
    );
  }
}

function list(
  what: string,
  { rules, required }: { rules: Rules[string]; required: readonly string[] },
): CheckAt {
  return (value, path) => {
    if (!Array.isArray(value)) {
      throw new OptionsError(
        `${path} is ${shown(value)}; expected an array of ${what}`,
      );
    }
    value.forEach((one: unknown, i) => {
      validateOne(one, rules, `${path}[${i}]`);
      insist(one, required, `${path}[${i}]`);
    });
  };
}

function byName(what: string, rule: Rules[string]): CheckAt {
  return (value, path) => {
    if (!isObject(value)) {
      throw new OptionsError(
        `${path} is ${shown(value)}; expected an object with ${what} by name`,
      );
    }
    for (const [name, one] of Object.entries(value)) {
      validateOne(one, rule, `${path}.${name}`);
    }
  };
}

function insist(
  group: unknown,
  options: readonly string[],
  path: string,
): void {
  for (const option of options) {
    if ((group as Record<string, unknown>)[option] === undefined) {
      const at = path === '' ? option : `${path}.${option}`;
      throw new OptionsError(`${at} is missing`);
    }
  }
}
