import {
  type ArgumentsHost,
  BadGatewayException,
  Catch,
  NotFoundException,
} from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import {
  AgentError,
  NoPassageFoundError,
  UpstreamRefusedError,
} from '../agents/agent.errors.js';

/** Gives the failures of agents their HTTP status. */
@Catch(AgentError)
export class AgentErrorFilter extends BaseExceptionFilter {
  override catch(error: AgentError, host: ArgumentsHost): void {
    super.catch(withStatus(error), host);
  }
}

function withStatus(error: AgentError): Error {
  if (error instanceof NoPassageFoundError) {
    return new NotFoundException(error.message);
  }
  if (error instanceof UpstreamRefusedError) {
    return new BadGatewayException(error.message);
  }
  return error;
}
