import 'reflect-metadata';
import {
  Controller,
  Get,
  HttpException,
  type INestApplication,
  Injectable,
  Module,
  Param,
  Post,
  type Type,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  Agent,
  AgentMetrics,
  Counted,
  HealthCheck,
  InFlight,
  MetricsModule,
  type MetricsModuleOptions,
  Timed,
} from '../../../src/index.js';

/** How one call of an agent goes. */
export interface Call {
  readonly milliseconds?: number;
  readonly error?: Error;
  /** Until when it runs, instead of a time. */
  readonly until?: Promise<void>;
}

/** An agent of the app. */
export interface TestAgent {
  run(call: Call): Promise<void>;
}

const sleep = (milliseconds: number) =>
  new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

/** The class of an agent of this name, which may be any text. */
function agentClass(name: string): Type<TestAgent> {
  @Agent(name)
  @Injectable()
  class NamedAgent implements TestAgent {
    @Timed()
    @Counted()
    @InFlight()
    async run({ milliseconds = 0, error, until }: Call): Promise<void> {
      await (until ?? sleep(milliseconds));
      if (error) throw error;
    }
  }
  return NamedAgent;
}

@Controller()
class DeskController {
  @Get('tickets/:id')
  ticket(@Param('id') id: string) {
    if (id === 'broken') throw new HttpException('broken', 500);
    return { id };
  }

  @Post('refunds')
  refund() {
    return { refunded: true };
  }
}

@Injectable()
class VectorStore {
  @HealthCheck('vector-store')
  ping(): boolean {
    return true;
  }
}

/** A running app with the live page. */
export interface SupportDesk {
  readonly app: INestApplication;
  readonly url: string;
  readonly port: number;
  readonly metrics: AgentMetrics;
  agent(name: string): TestAgent;
  /** Closes the app; once is enough. */
  close(): Promise<void>;
}

export interface SupportDeskOptions {
  readonly agents: readonly string[];
  readonly port: number;
  readonly module?: MetricsModuleOptions;
  readonly prefix?: string;
}

/** Starts an app with these agents. The caller closes it. */
export async function startSupportDesk({
  agents,
  port,
  module = {},
  prefix,
}: SupportDeskOptions): Promise<SupportDesk> {
  const classes = new Map(agents.map((name) => [name, agentClass(name)]));
  @Module({
    imports: [
      MetricsModule.forRoot({
        http: true,
        live: { interval: 1000 },
        ...module,
      }),
    ],
    controllers: [DeskController],
    providers: [VectorStore, ...classes.values()],
  })
  class DeskModule {}
  const app = await NestFactory.create(DeskModule, {
    logger: false,
    abortOnError: false,
    // A browser holds connections ready, without a request: they would keep the app open for minutes.
    forceCloseConnections: true,
  });
  if (prefix !== undefined) app.setGlobalPrefix(prefix);
  await app.listen(port, '127.0.0.1');
  let closed: Promise<void> | undefined;
  return {
    app,
    port,
    url: `http://127.0.0.1:${port}`,
    metrics: app.get(AgentMetrics),
    agent: (name) => app.get(classes.get(name)!),
    close: () => (closed ??= app.close()),
  };
}
