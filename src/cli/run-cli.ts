import { checkPrices, PRICES_CHECK_HELP } from './prices-check.js';
import { type Output, UsageError } from './output.js';

const HELP = `Usage: nestjs-agent-metrics <command>

Commands:
  prices check FILE...   Shows what price files charge, and what is wrong in them
  dashboards             Writes dashboards for Grafana
  rules                  Writes recording rules and alerts for Prometheus

Options:
  -h, --help             Shows the help of the command`;

/** Exit code of a wrong command line. */
const USAGE = 2;

/** A command: its help, and what it does with its arguments. */
interface Command {
  readonly help: string;
  /** Gives the exit code. */
  readonly run: (args: readonly string[], output: Output) => number;
}

/** The commands. The code that makes dashboards is large, and only read when it is needed. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  'prices check': () =>
    Promise.resolve({ help: PRICES_CHECK_HELP, run: checkPrices }),
  dashboards: async () => {
    const { DASHBOARDS_HELP: help, writeDashboards: run } = await commands();
    return { help, run };
  },
  rules: async () => {
    const { RULES_HELP: help, writeRules: run } = await commands();
    return { help, run };
  },
};

function commands() {
  return import('./monitoring/monitoring-commands.js');
}

/**
 * Runs a command line. Never throws.
 *
 * @returns the exit code: 0, or 1 if the command found a problem, or 2 if the command line is wrong.
 */
export async function runCli(
  args: readonly string[],
  output: Output,
): Promise<number> {
  try {
    return await dispatch(args, output);
  } catch (error) {
    output.error(error instanceof Error ? error.message : String(error));
    if (!(error instanceof UsageError)) return 1;
    output.error('\nSee: nestjs-agent-metrics --help');
    return USAGE;
  }
}

async function dispatch(
  args: readonly string[],
  output: Output,
): Promise<number> {
  const name = Object.keys(COMMANDS).find((known) =>
    known.split(' ').every((word, i) => args[i] === word),
  );
  const asksForHelp = args.includes('--help') || args.includes('-h');
  if (name !== undefined) {
    const { help, run } = await COMMANDS[name]!();
    if (!asksForHelp) return run(args.slice(name.split(' ').length), output);
    output.out(help);
    return 0;
  }
  if (asksForHelp) {
    output.out(HELP);
    return 0;
  }
  throw new UsageError(problemOf(args));
}

function problemOf(args: readonly string[]): string {
  const expected = 'expected: prices check FILE..., dashboards or rules';
  return args.length === 0
    ? `A command is missing; ${expected}`
    : `"${args.join(' ')}" is no command; ${expected}`;
}
