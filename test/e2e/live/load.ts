import type { SupportDesk } from './support-desk.js';

/** The agents of the app, and how they do. */
export const AGENTS = [
  'Assistant',
  'Router',
  'Writer',
  'Refunds',
  'Researcher',
];

/** Names that are markup, endless, empty, turned around, of objects, or of several lines. */
export const HOSTILE = [
  '<script>alert("x")</script>',
  '<img src=x onerror=alert(1)>',
  'a'.repeat(1024),
  'Refunds\u202etxt.exe',
  '__proto__',
  'line\nbreak\ttab',
  'مساعد العملاء',
  '"quoted"} 1\n# HELP x',
];

const MODELS = [
  { provider: 'openai', model: 'gpt-4.1-mini', currency: 'USD' },
  { provider: 'acme', model: 'acme-1-pro', currency: 'EUR' },
] as const;

/** What the load does to the agents: the same each time. */
export async function loadOnce(
  desk: SupportDesk,
  round: number,
): Promise<void> {
  await Promise.all([
    callAgents(desk, round),
    callHttp(desk, round),
    Promise.resolve().then(() => recordModels(desk, round)),
  ]);
}

async function callAgents({ agent }: SupportDesk, round: number) {
  const error = new RangeError('rate limit');
  const failing = round % 5 < 2 ? { error } : {};
  const calls = [
    agent('Assistant').run({ milliseconds: 20 + (round % 7) * 8 }),
    agent('Router').run({ milliseconds: 3 }),
    agent('Writer').run({ milliseconds: 60 + (round % 3) * 40 }),
    agent('Refunds').run({ milliseconds: 12, ...failing }),
  ];
  await Promise.allSettled(calls);
}

async function callHttp({ url }: SupportDesk, round: number) {
  const get = async (path: string, method = 'GET') => {
    const response = await fetch(url + path, { method });
    await response.arrayBuffer();
  };
  await get(`/tickets/${round}`);
  if (round % 3 === 0) await get('/refunds', 'POST');
  if (round % 6 === 0) await get('/tickets/broken');
  if (round % 8 === 0) await get('/nowhere');
}

function recordModels({ metrics }: SupportDesk, round: number) {
  const { currency, ...request } = MODELS[round % 3 === 0 ? 1 : 0];
  metrics.recordInference({
    ...request,
    agent: round % 2 === 0 ? 'Assistant' : 'Writer',
    seconds: 0.4 + (round % 4) * 0.3,
    secondsToFirstChunk: 0.1 + (round % 3) * 0.1,
    secondsPerOutputChunk: [0.02, 0.03],
    usage: {
      inputTokens: 900,
      cachedInputTokens: 300,
      outputTokens: 120,
      reasoningTokens: 20,
    },
    reportedCost: { amount: 0.002, currency },
    finishReason: 'stop',
  });
  metrics.recordTool({
    tool: round % 2 === 0 ? 'search' : 'sql_query',
    agent: 'Assistant',
    seconds: 0.05,
    ...(round % 10 === 0 && { error: new Error('time-out') }),
  });
}
