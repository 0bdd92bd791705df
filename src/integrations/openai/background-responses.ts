import { type Fields, fieldsOf, text } from '../../accounting/fields.js';

/** Responses that are remembered. The oldest is forgotten for the next one. */
const REMEMBERED = 1_000;

/** The inference of a response. */
export interface ResponseInference {
  /** The response has ended. */
  ended(response: unknown): void;
  /** Its end will not be seen. */
  unread(): void;
}

/** Responses that are created in the background, and fetched when they are complete. */
export class BackgroundResponses {
  private readonly inWork = new Map<string, ResponseInference>();
  private readonly counted = new Set<string>();

  /**
   * Keeps a response until it is fetched.
   *
   * @returns `false` if it has ended already.
   */
  hold(response: unknown, answers: ResponseInference): boolean {
    const fields = fieldsOf(response);
    const id = text(fields['id']);
    if (id === undefined || !isInWork(fields)) return false;
    this.inWork.set(id, answers);
    if (this.inWork.size > REMEMBERED) this.forgetOldest();
    return true;
  }

  /**
   * Finds the inference that a fetched response ends.
   *
   * @param fetched counts for a response that was created elsewhere, e.g. before a restart.
   * @returns `undefined` if the response is still in work, or was counted before.
   */
  settle(
    response: unknown,
    fetched: ResponseInference,
  ): ResponseInference | undefined {
    const fields = fieldsOf(response);
    const id = text(fields['id']);
    if (id === undefined || !hasEnded(fields)) return undefined;
    const waiting = this.inWork.get(id);
    this.inWork.delete(id);
    const isNew = isInBackground(fields) && !this.counted.has(id);
    this.count(id);
    return waiting ?? (isNew ? fetched : undefined);
  }

  /** The call that has created a response has seen its end: it does not count when it is fetched. */
  countEnded(response: unknown): void {
    const fields = fieldsOf(response);
    const id = text(fields['id']);
    if (id !== undefined && isInBackground(fields) && hasEnded(fields)) {
      this.count(id);
    }
  }

  private count(id: string): void {
    this.counted.add(id);
    if (this.counted.size <= REMEMBERED) return;
    const [oldest] = this.counted;
    this.counted.delete(oldest!);
  }

  private forgetOldest(): void {
    for (const [id, inference] of this.inWork) {
      this.inWork.delete(id);
      inference.unread();
      return;
    }
  }
}

function isInBackground({ background }: Fields): boolean {
  return background === true;
}

function isInWork({ status }: Fields): boolean {
  return status === 'queued' || status === 'in_progress';
}

function hasEnded(response: Fields): boolean {
  return text(response['status']) !== undefined && !isInWork(response);
}
