import { parseArgs } from 'node:util';
import { ModelIndex } from '../accounting/prices/model-index.js';
import type { ModelPrice } from '../accounting/prices/price-table.js';
import { type Output, UsageError } from './output.js';
import { describePrice } from './describe-price.js';
import { type CheckedFile, readPriceFile } from './read-price-file.js';

export const PRICES_CHECK_HELP = `Usage: nestjs-agent-metrics prices check FILE... [--model MODEL]... [--provider PROVIDER]

Shows what price files charge per million tokens, for the models given or for all, and what is
wrong in the files. A file is a price table in JSON, or LiteLLM's
model_prices_and_context_window.json. Of several files, the first one that has the model counts.

Options:
  -m, --model MODEL        A model, as answers or requests name it; may be repeated
  -p, --provider PROVIDER  The provider of the models, e.g. openai; default: all of the file
  -h, --help               Shows this help

Exit codes:
  0  The files can be used, and have a price for each model given
  1  A file cannot be used as it is, or a model has no price
  2  The command line is wrong`;

/** @returns the exit code. @throws {UsageError} if the arguments are wrong. */
export function checkPrices(args: readonly string[], output: Output): number {
  const { files, models, provider } = parsed(args);
  const checked = files.map(readPriceFile);
  let isGood = true;
  for (const file of checked) {
    if (models.length === 0) showAll(file, provider, output);
    else showHead(file, output);
    isGood = showProblems(file, output) && isGood;
  }
  for (const model of models) {
    isGood = showModel(model, provider, checked, output) && isGood;
  }
  return isGood ? 0 : 1;
}

function parsed(args: readonly string[]) {
  const { positionals: files, values } = parse(args);
  if (files.length === 0) {
    throw new UsageError('A FILE is missing; expected: prices check FILE...');
  }
  const { model: models = [], provider } = values;
  if (models.includes('') || provider === '') {
    throw new UsageError('A model and a provider must have a name');
  }
  return { files, models, provider };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        model: { type: 'string', short: 'm', multiple: true },
        provider: { type: 'string', short: 'p' },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function showHead({ file, table }: CheckedFile, { out }: Output): void {
  if (table === undefined) return;
  const { currency, models } = table;
  out(
    `${file}: ${counted(models.length, 'price')} in ${currency} per million tokens`,
  );
}

function showAll(
  checked: CheckedFile,
  provider: string | undefined,
  output: Output,
): void {
  showHead(checked, output);
  const { table } = checked;
  if (table === undefined) return;
  const index = new ModelIndex(table);
  for (const price of index.pricesOf(provider)) show(price, checked, output);
  showLeftOut(checked, output);
}

/** Entries that are right, and have no price that is used here. */
function showLeftOut({ file, problems }: CheckedFile, { out }: Output): void {
  const others = problems.filter(({ isInvalid }) => !isInvalid);
  if (others.length === 0) return;
  const entries = counted(others.length, 'entry', 'entries');
  out(`\n${file}: ${entries} left out`);
  for (const { where, message } of others) out(`  ${where}${message}`);
}

/** @returns whether no entry of the file is invalid. */
function showProblems(
  { file, problems }: CheckedFile,
  output: Output,
): boolean {
  const invalid = problems.filter(({ isInvalid }) => isInvalid);
  for (const { where, message } of invalid) {
    output.error(`${file}: ${where}${message}`);
  }
  return invalid.length === 0;
}

/** @returns whether the model has a price. */
function showModel(
  model: string,
  provider: string | undefined,
  files: readonly CheckedFile[],
  output: Output,
): boolean {
  for (const file of files) {
    if (file.table === undefined) continue;
    const found = new ModelIndex(file.table).pricesFor(model, provider);
    for (const price of found) show(price, file, output, model);
    if (found.length > 0) return true;
  }
  const of = provider === undefined ? '' : ` of provider "${provider}"`;
  output.error(`Model "${model}"${of} has no price: its cost is not counted`);
  return false;
}

function show(
  price: ModelPrice,
  { file, table }: CheckedFile,
  { out }: Output,
  model = price.model,
): void {
  const { provider = 'any provider' } = price;
  const entry =
    model === price.model ? '' : `, by the entry "${price.model}" of ${file}`;
  out(`\n${model} (${provider})${entry}`);
  for (const line of describePrice(price, table?.perTokens)) out(`  ${line}`);
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
