/** The root module cannot be found or edited. The schematic changes nothing then. */
export class NestAddError extends Error {
  override readonly name = 'NestAddError';
}

/** The error with what to write by hand in place of the schematic. */
export function withManualSteps(error: NestAddError, call: string) {
  return new NestAddError(
    `${error.message}
No file is changed. Name the file of the root module with --module, or write into it by hand:

  import { MetricsModule } from 'nestjs-agent-metrics';

  @Module({
    imports: [${call}],
  })
`,
    { cause: error },
  );
}
