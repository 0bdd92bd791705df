import {
  Body,
  Controller,
  HttpCode,
  NotFoundException,
  Param,
  Post,
  Req,
  Res,
  UseFilters,
} from '@nestjs/common';
import type { Request, Response } from 'express';
import { AgentDirectory, type RunAgent } from '../agents/agent-directory.js';
import { Sessions } from '../sessions.js';
import { AgentErrorFilter } from './agent-error.filter.js';
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

  /** Answers in one piece, or with events if that is what the client accepts. */
  @Post(':name/runs')
  @HttpCode(200)
  async run(
    @Param('name') name: string,
    @Body(RunRequestPipe) { input, session }: RunRequest,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const runAgent = this.find(name);
    if (session !== undefined) this.sessions.seen(session);

    const accepted = request.accepts(['json', 'text/event-stream']);
    const send = accepted === 'text/event-stream' ? sendEvents : sendJson;
    await send(response, runAgent(input));
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
