import { checkPrices, PRICES_CHECK_HELP } from './prices-check.js';
import { type Output, UsageError } from './output.js';

const HELP = `Usage: nestjs-agent-metrics <command>

Commands:
  prices check FILE...   Shows what price files charge, and what is wrong in them

Options:
  -h, --help             Shows the help of the command`;

/** Exit code of a wrong command line. */
const USAGE = 2;

/**
 * Runs a command line. Never throws.
 *
 * @returns the exit code: 0, or 1 if the command found a problem, or 2 if the command line is wrong.
 */
export function runCli(args: readonly string[], output: Output): number {
  try {
    return dispatch(args, output);
  } catch (error) {
    output.error(error instanceof Error ? error.message : String(error));
    if (!(error instanceof UsageError)) return 1;
    output.error('\nSee: nestjs-agent-metrics --help');
    return USAGE;
  }
}

function dispatch(args: readonly string[], output: Output): number {
  const [group, command, ...rest] = args;
  const asksForHelp = args.includes('--help') || args.includes('-h');
  if (group === 'prices' && command === 'check') {
    if (!asksForHelp) return checkPrices(rest, output);
    output.out(PRICES_CHECK_HELP);
    return 0;
  }
  if (asksForHelp) {
    output.out(HELP);
    return 0;
  }
  throw new UsageError(
    args.length === 0
      ? 'A command is missing; expected: prices check FILE...'
      : `"${args.join(' ')}" is no command; expected: prices check FILE...`,
  );
}
