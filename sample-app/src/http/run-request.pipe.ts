import {
  BadRequestException,
  Injectable,
  type PipeTransform,
} from '@nestjs/common';

const MAX_INPUT = 4000;
const MAX_SESSION = 100;
const MAX_PACE = 1000;

/** The body of a request to run an agent. */
export interface RunRequest {
  input: string;
  /** Who is asking, if they say so. */
  session?: string | undefined;
  /** How many words a second the answer has at most. Default: no limit. */
  pace?: number | undefined;
}

/** Lets only well-formed bodies through. */
@Injectable()
export class RunRequestPipe implements PipeTransform<unknown, RunRequest> {
  transform(body: unknown): RunRequest {
    if (typeof body !== 'object' || body === null || Array.isArray(body)) {
      throw new BadRequestException(
        'The body is not a JSON object; expected one like {"input": "..."}, with Content-Type: application/json',
      );
    }
    const { input, session, pace } = body as Record<string, unknown>;
    return {
      input: text('input', input, MAX_INPUT),
      session:
        session === undefined
          ? undefined
          : text('session', session, MAX_SESSION),
      pace: pace === undefined ? undefined : wordsPerSecond(pace),
    };
  }
}

function text(field: string, value: unknown, max: number): string {
  if (value === undefined) {
    throw new BadRequestException(`"${field}" is missing; expected a string`);
  }
  if (typeof value !== 'string') {
    throw new BadRequestException(`"${field}" is not a string`);
  }
  if (value.trim() === '') {
    throw new BadRequestException(`"${field}" is empty`);
  }
  if (value.length > max) {
    throw new BadRequestException(
      `"${field}" has ${value.length} characters; at most ${max} are allowed`,
    );
  }
  return value;
}

function wordsPerSecond(value: unknown): number {
  if (!Number.isInteger(value)) {
    throw new BadRequestException('"pace" is not an integer');
  }
  const pace = value as number;
  if (pace < 1 || pace > MAX_PACE) {
    throw new BadRequestException(
      `"pace" is ${pace}; expected 1 to ${MAX_PACE} words per second`,
    );
  }
  return pace;
}
