/** How the runs went. */
export interface Tallies {
  runs: number;
  answered: number;
  failed: number;
}

const QUESTIONS = [
  'How do I count the calls of an agent?',
  'Which metrics does an agent have?',
  'How does Prometheus scrape the metrics?',
  'What is the namespace of a metric?',
];

/** Words that no documentation has. */
const NONSENSE = 'qzxwvk jjqqzx vvwxkq?';

const SESSIONS = ['anna', 'ben', 'chris'];

/**
 * Asks the Assistant of a running sample app, one question after the other. Every
 * other answer is streamed; every fifth question is one without an answer.
 *
 * @param baseUrl e.g. `http://localhost:3000`.
 * @throws if the app cannot be reached.
 */
export async function play(baseUrl: string, runs: number): Promise<Tallies> {
  const tallies = { runs, answered: 0, failed: 0 };
  for (let i = 0; i < runs; i++) {
    if (await ask(baseUrl, i)) tallies.answered++;
    else tallies.failed++;
  }
  return tallies;
}

/** Asks the question of the given number. Returns whether it was answered to the end. */
async function ask(baseUrl: string, number: number): Promise<boolean> {
  const streamed = number % 2 === 1;
  const response = await fetch(
    `${baseUrl.replace(/\/+$/, '')}/agents/assistant/runs`,
    {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        Accept: streamed ? 'text/event-stream' : 'application/json',
      },
      body: JSON.stringify({
        input: questionOf(number),
        session: SESSIONS[number % SESSIONS.length],
      }),
    },
  );
  const body = await response.text();
  return response.ok && (!streamed || body.includes('event: done'));
}

function questionOf(number: number): string {
  if (number % 5 === 4) return NONSENSE;
  return QUESTIONS[number % QUESTIONS.length]!;
}
