import {
  Body,
  Controller,
  Get,
  HttpCode,
  NotFoundException,
  Param,
  Post,
  Req,
  Res,
  UseFilters,
} from '@nestjs/common';
import type { Request, Response } from 'express';
import {
  type AgentDescription,
  AgentDirectory,
  type RunAgent,
} from '../agents/agent-directory.js';
import { Sessions } from '../sessions.js';
import { AgentErrorFilter } from './agent-error.filter.js';
import { paced } from './paced.js';
import { type RunRequest, RunRequestPipe } from './run-request.pipe.js';
import { sendEvents, sendJson } from './send.js';

/** Runs agents by name. */
@Controller('agents')
@UseFilters(AgentErrorFilter)
export class AgentsController {
  constructor(
    private readonly agents: AgentDirectory,
    private readonly sessions: Sessions,
  ) {}

  /** The agents that can be run. */
  @Get()
  list(): { agents: readonly AgentDescription[] } {
    return { agents: this.agents.descriptions };
  }

  /** Answers in one piece, or with events if that is what the client accepts. */
  @Post(':name/runs')
  @HttpCode(200)
  async run(
    @Param('name') name: string,
    @Body(RunRequestPipe) { input, session, pace }: RunRequest,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const runAgent = this.find(name);
    if (session !== undefined) this.sessions.seen(session);

    const accepted = request.accepts(['json', 'text/event-stream']);
    const send = accepted === 'text/event-stream' ? sendEvents : sendJson;
    const chunks = runAgent(input);
    await send(response, pace === undefined ? chunks : paced(chunks, pace));
  }

  private find(name: string): RunAgent {
    const runAgent = this.agents.find(name);
    if (runAgent === undefined) {
      throw new NotFoundException(
        `There is no agent "${name}"; there are: ${this.agents.names.join(', ')}`,
      );
    }
    return runAgent;
  }
}
