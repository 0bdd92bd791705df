/**
 * @typedef {object} Agent
 * @property {string} name
 * @property {string} title
 * @property {string} description
 */

/**
 * @typedef {object} Question
 * @property {string} input
 * @property {string} session
 * @property {number} [pace] words per second, at most
 */

/** An answer that failed. `message` says why, in the app's own words if it has any. */
export class AnswerError extends Error {
  /**
   * @param {string} title what failed
   * @param {string} message
   */
  constructor(title, message) {
    super(message);
    this.title = title;
  }
}

/** @returns {Promise<readonly Agent[]>} */
export async function listAgents() {
  const response = await request('agents', 'The agents cannot be listed');
  return (await response.json()).agents;
}

/**
 * Gives the answer of an agent piece by piece, as the app sends it.
 *
 * @param {Agent} agent
 * @param {Question} question
 * @param {AbortSignal} signal ends the answer, and with it the run of the agent
 * @returns {AsyncGenerator<string>}
 * @throws {AnswerError} when the agent fails, or the app cannot be reached
 */
export async function* ask(agent, question, signal) {
  const response = await request(
    `agents/${encodeURIComponent(agent.name)}/runs`,
    `${agent.title} gave no answer`,
    {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        Accept: 'text/event-stream',
      },
      body: JSON.stringify(question),
      signal,
    },
  );
  for await (const { event, data } of eventsOf(response)) {
    if (event === 'done') return;
    if (event === 'error') {
      throw new AnswerError(`${agent.title} failed`, data.message);
    }
    yield data.delta;
  }
  throw lostConnection();
}

/**
 * @param {string} url
 * @param {string} refused what is wrong when the app answers with an error
 * @param {RequestInit} [options]
 */
async function request(url, refused, options) {
  const response = await fetch(url, options).catch((error) => {
    if (error.name === 'AbortError') throw error;
    throw new AnswerError(
      'The app cannot be reached',
      'Start it with npm start, then ask again.',
    );
  });
  if (!response.ok) throw await refusalOf(response, refused);
  return response;
}

/**
 * NestJS says in JSON why it refuses a request; a proxy may answer with anything.
 *
 * @param {Response} response
 * @param {string} refused
 */
async function refusalOf(response, refused) {
  const { status, statusText } = response;
  const body = await response.json().catch(() => undefined);
  const title = `${refused} (${`${status} ${statusText}`.trim()})`;
  return new AnswerError(title, String(body?.message ?? 'It gave no reason.'));
}

/**
 * The server-sent events of a response.
 *
 * @param {Response} response
 * @returns {AsyncGenerator<{ event: string, data: any }>}
 */
async function* eventsOf(response) {
  let text = '';
  for await (const part of partsOf(response)) {
    const blocks = (text + part).split('\n\n');
    text = blocks.pop() ?? '';
    yield* blocks.map(parseEvent);
  }
}

/**
 * @param {Response} response
 * @returns {AsyncGenerator<string>}
 */
async function* partsOf(response) {
  const reader = response.body
    ?.pipeThrough(new TextDecoderStream())
    .getReader();
  for (;;) {
    const part = await reader?.read().catch((error) => {
      throw error.name === 'AbortError' ? error : lostConnection();
    });
    if (part === undefined || part.done) return;
    yield part.value;
  }
}

/** @param {string} block */
function parseEvent(block) {
  const event = /^event: (.*)$/m.exec(block)?.[1] ?? 'message';
  return { event, data: JSON.parse(/^data: (.*)$/m.exec(block)?.[1] ?? '{}') };
}

function lostConnection() {
  return new AnswerError(
    'The connection to the app was lost',
    'The answer is not complete.',
  );
}
