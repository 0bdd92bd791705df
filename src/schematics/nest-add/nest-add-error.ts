/** The root module cannot be found or edited. The schematic changes no file then. */
export class NestAddError extends Error {
  override readonly name = 'NestAddError';
}

/**
 * The error with what to write by hand in place of the schematic.
 *
 * @param isNamed - whether the user has named the file of the root module
 */
export function withManualSteps(
  error: NestAddError,
  call: string,
  isNamed: boolean,
): NestAddError {
  const steps = isNamed
    ? 'Write into the root module by hand:'
    : 'Name the file of the root module with --module, or write into it by hand:';
  return new NestAddError(
    `${error.message}
No source file is changed. ${steps}

  import { MetricsModule } from 'nestjs-agent-metrics';

  @Module({
    imports: [${call}],
  })
`,
    { cause: error },
  );
}
