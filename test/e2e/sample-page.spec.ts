import { beforeEach, expect, test } from 'vitest';
import {
  refuse,
  serveOpenAi,
  endDeltas,
  writeDelta,
} from '../sample/openai-server.js';
import { documents, SampleApp, useOpenAi } from '../sample/sample-app.js';
import {
  type BrowserPage,
  describeInBrowser,
  type PageOptions,
  useBrowser,
} from '../support/browser.js';
import { waitFor } from '../support/http.js';

const CALLS = 'tframex_agent_executions_total';
const QUESTION = 'Is every call of an agent counted once?';
const LONG_WORD = 'w'.repeat(300);

/** A model that has written its first words, and continues when the test says so. */
async function useWaitingModel(): Promise<{ finish(): void; fail(): void }> {
  let end: (how: 'finish' | 'fail') => void = () => {};
  const ending = new Promise<'finish' | 'fail'>((resolve) => (end = resolve));
  const url = await serveOpenAi(async (response) => {
    writeDelta(response, 'The first words');
    if ((await ending) === 'fail') return void response.destroy();
    writeDelta(response, ' and the last.');
    endDeltas(response);
  });
  useOpenAi(url, 'key', 'test-model');
  return {
    finish: () => end('finish'),
    fail: () => end('fail'),
  };
}

describeInBrowser('the page of the sample app', () => {
  const openPage = useBrowser();

  beforeEach(() => useOpenAi());

  async function open(
    app: SampleApp,
    options: PageOptions = {},
  ): Promise<BrowserPage> {
    const opened = await openPage(options);
    await opened.page.goto(app.url);
    await opened.page.getByRole('radio', { name: 'Assistant' }).waitFor();
    return opened;
  }

  const askButton = ({ page }: BrowserPage) =>
    page.getByRole('button', { name: 'Ask', exact: true });

  /** Asks an agent without a pace. */
  async function ask(opened: BrowserPage, agent: string, question: string) {
    const { page } = opened;
    await page.getByRole('radio', { name: agent }).check();
    await page.getByLabel('Question').fill(question);
    await page.getByLabel('Write word by word').uncheck();
    await askButton(opened).click();
  }

  /** Waits until the answer has ended so, and its changes are listed. */
  async function ended({ page }: BrowserPage, how: string): Promise<void> {
    await page.getByText(how, { exact: true }).waitFor();
    await page.locator('.family').first().waitFor();
  }

  const answerOf = ({ page }: BrowserPage) =>
    page.locator('#answer').innerText();

  const alertOf = ({ page }: BrowserPage) =>
    page.getByRole('alert').innerText();

  /** The changes that the page lists for a metric, a line for each series. */
  async function changesOf({ page }: BrowserPage, metric: string) {
    const family = page.locator('.family').filter({ hasText: metric });
    const lines = await family.first().getByRole('listitem').allInnerTexts();
    return lines.map((line) => line.replace(/\s+/g, ' '));
  }

  test('the page shows an answer while it is written, and what it changes at /metrics', async () => {
    const model = await useWaitingModel();
    const app = await SampleApp.start();
    const opened = await open(app);

    await ask(opened, 'Assistant', QUESTION);
    await opened.page.getByText('The first words').waitFor();
    await opened.page.getByText('Assistant is answering').waitFor();
    model.finish();
    await ended(opened, 'Answered');

    expect(await answerOf(opened)).toBe('The first words and the last.');
    expect(await app.recorded(CALLS)).toEqual(
      ['Assistant', 'Retriever', 'Writer'].map(
        (agent) => `${CALLS}{agent="${agent}",method="run",status="success"} 1`,
      ),
    );
    expect(await changesOf(opened, CALLS)).toEqual(
      ['Assistant', 'Retriever', 'Writer'].map(
        (agent) => `agent="${agent}", method="run", status="success" +1`,
      ),
    );
    expect(await changesOf(opened, 'tframex_active_sessions')).toEqual([
      'no labels 0 → 1',
    ]);
    expect(opened.faults).toEqual([]);
  });

  test('the page shows the text that the app answers without streaming, word by word', async () => {
    const app = await SampleApp.start();
    const plain = await app.post('assistant', { input: QUESTION });
    const { output } = (await plain.json()) as { output: string };
    const opened = await open(app);

    await opened.page.getByLabel('Question').fill(QUESTION);
    await askButton(opened).click();
    await ended(opened, 'Answered');

    expect(await answerOf(opened)).toBe(output.trim());
    expect(opened.faults).toEqual([]);
    const source = opened.page.getByRole('link', { name: '(README.md)' });
    await source.click();
    await opened.page.waitForURL('**/README.md');
    // The file is plain text and names no icon, for which Chromium may look.
    const faults = opened.faults.filter(
      ({ text }) => !text.endsWith('/favicon.ico)'),
    );
    expect(faults).toEqual([]);
  });

  test('the page shows why an agent gives no answer', async () => {
    const app = await SampleApp.start();
    const opened = await open(app);

    await ask(opened, 'Writer', QUESTION);
    await ended(opened, 'Failed');

    expect(await alertOf(opened)).toBe(
      'Writer gave no answer (404 Not Found)\nThe Writer was given no passages to write from; ask the Assistant, which finds some first',
    );
    expect(await changesOf(opened, CALLS)).toEqual([
      'agent="Writer", error_type="NoPassageFoundError", method="run", status="error" +1',
    ]);
    // Chromium writes each answer with an error to the console.
    expect(opened.faults.map(({ text }) => text)).toEqual([
      expect.stringContaining('the server responded with a status of 404'),
    ]);
  });

  test('the page shows why a model is of no use, and no secret', async () => {
    useOpenAi(
      await serveOpenAi((response) => refuse(response, 401)),
      'secret-key',
      'test-model',
    );
    const opened = await open(await SampleApp.start());

    await ask(opened, 'Assistant', QUESTION);
    await ended(opened, 'Failed');

    const alert = await alertOf(opened);
    expect(alert).toContain('Assistant gave no answer (502 Bad Gateway)');
    expect(alert).not.toContain('secret-key');
  });

  test('the page keeps the words that an agent wrote before it failed', async () => {
    const model = await useWaitingModel();
    const opened = await open(await SampleApp.start());

    await ask(opened, 'Assistant', QUESTION);
    await opened.page.getByText('The first words').waitFor();
    model.fail();
    await ended(opened, 'Failed');

    expect(await answerOf(opened)).toBe('The first words');
    expect(await alertOf(opened)).toMatch(/^Assistant failed\n./);
    expect(opened.faults).toEqual([]);
  });

  test('the page stops an answer, and the app counts the run as cancelled', async () => {
    // At the pace of the page, half a minute.
    const sentence = `An agent says ${'again and '.repeat(500)}again.`;
    const app = await SampleApp.start(
      documents({ 'README.md': `# Agent\n\n${sentence}\n` }),
    );
    const opened = await open(app);

    await opened.page.getByLabel('Question').fill('agent');
    await askButton(opened).click();
    await opened.page.getByText('An agent says again').waitFor();
    await opened.page.getByRole('button', { name: 'Stop' }).click();
    await opened.page.getByText('Stopped', { exact: true }).waitFor();

    await waitFor(
      async () => (await app.recorded(CALLS)).length === 3,
      'all runs to be counted',
    );
    expect(await app.recorded(CALLS)).toContain(
      `${CALLS}{agent="Assistant",method="run",status="cancelled"} 1`,
    );
    expect(await alertOf(opened)).toBe('');
    expect(opened.faults).toEqual([]);
  });

  test('the page says that the app is away, while it answers and when it is asked', async () => {
    await useWaitingModel();
    const app = await SampleApp.start();
    const opened = await open(app);
    await ask(opened, 'Assistant', QUESTION);
    await opened.page.getByText('The first words').waitFor();

    await app.stop();
    await opened.page.getByText('The connection to the app was lost').waitFor();
    await opened.page.getByText('The metrics cannot be read.').waitFor();
    await askButton(opened).click();
    await opened.page.getByText('The app cannot be reached').waitFor();
  });

  test('the page shows markup in questions, answers and errors as text', async () => {
    const hostile =
      '<img src="/x" onerror="document.title=1"><script>document.title=2</script>';
    const app = await SampleApp.start(
      documents({ 'README.md': `# Agent\n\nAn agent writes ${hostile}.\n` }),
    );
    const opened = await open(app);

    await ask(opened, 'Retriever', `agent ${hostile}`);
    await ended(opened, 'Answered');

    expect(await answerOf(opened)).toContain(hostile);
    expect(await opened.page.title()).toMatch(/^Ask an agent/);
    expect(await opened.page.locator('main img').count()).toBe(0);
    expect(opened.faults).toEqual([]);
  });

  test.each(['light', 'dark'] as const)(
    'axe-core finds nothing in the %s page, before a question, after an answer and after a failure',
    async (colorScheme) => {
      const opened = await open(await SampleApp.start(), { colorScheme });

      expect(await opened.accessibilityFaults()).toEqual([]);
      await ask(opened, 'Retriever', QUESTION);
      await ended(opened, 'Answered');
      expect(await opened.accessibilityFaults()).toEqual([]);
      await ask(opened, 'Writer', QUESTION);
      await ended(opened, 'Failed');
      expect(await opened.accessibilityFaults()).toEqual([]);
    },
  );

  test('the page is used with the keyboard alone', async () => {
    const opened = await open(await SampleApp.start());
    const { page } = opened;
    const focused = () =>
      page.evaluate(
        'document.activeElement.value || document.activeElement.textContent.trim()',
      );
    const press = async (...keys: string[]) => {
      for (const key of keys) await page.keyboard.press(key);
    };

    await press('Tab');
    expect(await focused()).toBe('Skip to the question');
    await press('Tab', 'Tab', 'Tab', 'Tab', 'Tab', 'ArrowDown');
    expect(await focused()).toBe('retriever');
    await press('Tab', 'ControlOrMeta+A');
    await page.keyboard.type('namespace');
    await press('Control+Enter');
    await ended(opened, 'Answered');

    expect(await answerOf(opened)).toContain('prefixed with the namespace');
    expect(await focused()).toBe('namespace');
  });

  test('the page has no horizontal scroll at 360 px, whatever it shows', async () => {
    const app = await SampleApp.start(
      documents({
        'README.md': `# Agent\n\nAn agent writes ${LONG_WORD}.\n\n\`\`\`sh\n# ${LONG_WORD}\n\`\`\`\n`,
      }),
    );
    const opened = await open(app, { viewport: { width: 360, height: 740 } });
    const width = () =>
      opened.page.evaluate('document.documentElement.scrollWidth');

    expect(await width()).toBe(360);
    await ask(opened, 'Retriever', `agent ${LONG_WORD}`);
    await ended(opened, 'Answered');
    expect(await width()).toBe(360);
    expect(opened.faults).toEqual([]);
  });
});
