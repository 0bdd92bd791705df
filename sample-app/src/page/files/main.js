import { nodesOf } from './answer-text.js';
import { AnswerError, ask, listAgents } from './answers.js';
import { familiesOf } from './changes-view.js';
import { byId, element } from './elements.js';
import { changesBetween, readMetrics } from './metrics.js';

/** @typedef {import('./answers.js').Agent} Agent */

/** Words per second: about as fast as people read aloud to themselves. */
const PACE = 30;

const form = byId('form', HTMLFormElement);
const question = byId('question', HTMLTextAreaElement);
const slowly = byId('slowly', HTMLInputElement);
const button = byId('ask', HTMLButtonElement);
const status = byId('status', HTMLElement);
const answer = byId('answer', HTMLElement);
const failure = byId('failure', HTMLElement);
const changes = byId('changes', HTMLElement);
const changesStatus = byId('changes-status', HTMLElement);

/** One of the sessions that the gauge counts. */
const session = `page-${crypto.getRandomValues(new Uint32Array(1))[0]}`;

/** @type {AbortController | undefined} */
let running;

/** @type {readonly Agent[]} */
let agents = [];

form.addEventListener('submit', (event) => {
  event.preventDefault();
  if (running) running.abort();
  else void answerQuestion();
});

question.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
    form.requestSubmit(button);
  }
});

byId('examples', HTMLElement).addEventListener('click', ({ target }) => {
  if (!(target instanceof HTMLButtonElement)) return;
  question.value = target.dataset.question ?? target.textContent.trim();
  question.focus();
});

await showAgents();

async function showAgents() {
  try {
    agents = await listAgents();
  } catch (error) {
    showFailure(error);
  }
  byId('agents', HTMLElement).replaceChildren(...agents.map(choiceOf));
}

/**
 * @param {Agent} agent
 * @param {number} index
 */
function choiceOf({ name, title, description }, index) {
  const [titleId, descriptionId] = [`title-${index}`, `description-${index}`];
  const checked = index === 0;
  const radio = { type: 'radio', name: 'agent', value: name, checked };
  const input = element('input', radio, []);
  input.setAttribute('aria-labelledby', titleId);
  input.setAttribute('aria-describedby', descriptionId);
  return element('label', { className: 'agent' }, [
    input,
    element('b', { id: titleId }, [title]),
    element('span', { className: 'muted', id: descriptionId }, [description]),
  ]);
}

/** Asks the chosen agent, and shows the answer and what it changed. */
async function answerQuestion() {
  if (agents.length === 0) await showAgents();
  const chosen = new FormData(form).get('agent');
  const agent = agents.find(({ name }) => name === chosen);
  if (agent === undefined) return;

  running = new AbortController();
  setRunning(true, `${agent.title} is answering`);
  changesStatus.textContent = 'Waiting for the answer';
  const before = await readMetrics().catch(() => undefined);
  setRunning(false, await showAnswer(agent, running.signal));
  if (running.signal.aborted) await runEnds();
  running = undefined;
  await showChanges(before);
}

/** The app notices a moment later that the answer has no reader any more. */
function runEnds() {
  return new Promise((resolve) => setTimeout(resolve, 500));
}

/**
 * @param {Agent} agent
 * @param {AbortSignal} signal
 * @returns how the answer ended
 */
async function showAnswer(agent, signal) {
  answer.replaceChildren();
  failure.replaceChildren();
  try {
    await stream(agent, signal);
    return 'Answered';
  } catch (error) {
    if (signal.aborted) return 'Stopped';
    showFailure(error);
    return 'Failed';
  }
}

/**
 * @param {Agent} agent
 * @param {AbortSignal} signal
 */
async function stream(agent, signal) {
  const pace = slowly.checked ? { pace: PACE } : {};
  const asked = { input: question.value, session, ...pace };
  let text = '';
  for await (const delta of ask(agent, asked, signal)) {
    text += delta;
    answer.replaceChildren(...nodesOf(text.trimEnd()));
  }
}

/**
 * @param {boolean} isRunning
 * @param {string} message
 */
function setRunning(isRunning, message) {
  status.textContent = message;
  button.textContent = isRunning ? 'Stop' : 'Ask';
  button.formNoValidate = isRunning;
  // A screen reader reads the answer at its end, not word by word.
  answer.setAttribute('aria-busy', String(isRunning));
}

/** @param {unknown} error */
function showFailure(error) {
  const title = error instanceof AnswerError ? error.title : 'The page failed';
  const message = error instanceof Error ? error.message : String(error);
  failure.replaceChildren(
    element('p', { className: 'failure' }, [
      element('b', {}, [title]),
      element('br', {}, []),
      element('bdi', {}, [message]),
    ]),
  );
}

/** @param {Awaited<ReturnType<typeof readMetrics>> | undefined} before */
async function showChanges(before) {
  try {
    if (before === undefined) throw new Error('They could not be read before.');
    const found = changesBetween(before, await readMetrics());
    changesStatus.textContent = `${found.length} series`;
    changes.replaceChildren(...familiesOf(found));
  } catch {
    changesStatus.textContent = '';
    const text = 'The metrics cannot be read.';
    changes.replaceChildren(element('p', { className: 'muted' }, [text]));
  }
}
