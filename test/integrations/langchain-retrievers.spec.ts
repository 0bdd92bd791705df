import { describe, expect, test, vi } from 'vitest';
import { core0, core1 } from './support/langchain-core.js';
import { observe, play } from './support/observed.js';
import { scriptedModel, sleep } from './support/scripted-model.js';

vi.mock('../../src/core/clock.js', () => import('../support/process-clock.js'));

const DURATION = 'gen_ai_client_operation_duration_seconds';

const labels = (provider: string, retriever: string) =>
  `gen_ai_operation_name="retrieval",gen_ai_provider_name="${provider}",gen_ai_request_model="${retriever}"`;

describe.each([
  ['LangChain 1', core1],
  ['LangChain 0.3', core0],
])('a retriever of %s', (_version, core) => {
  class AcmeRetriever extends core.BaseRetriever {
    lc_namespace = ['acme'];

    constructor(private readonly error?: Error) {
      super();
    }

    override async _getRelevantDocuments() {
      await sleep(20);
      if (this.error) throw this.error;
      return [];
    }
  }

  class Shelf extends core.VectorStore {
    _vectorstoreType() {
      return 'Shelf';
    }

    async addVectors() {}

    async addDocuments() {}

    async similaritySearchVectorWithScore() {
      await sleep(30);
      return [];
    }
  }

  test('a retriever is recorded with its duration, by its class', async () => {
    const { callbacks, totals, warnings } = observe();
    await play(() => new AcmeRetriever().invoke('tides', { callbacks }));
    const acme = labels('acme', 'AcmeRetriever');
    expect(await totals(DURATION)).toEqual([
      `${DURATION}_sum{${acme}} 0.02`,
      `${DURATION}_count{${acme}} 1`,
    ]);
    expect(warnings).toEqual([]);
  });

  test('a retriever of a vector store is recorded by the type of the store', async () => {
    const { callbacks, totals } = observe();
    const store = new Shelf(new core.FakeEmbeddings(), {});
    const retriever = store.asRetriever({ tags: ['mine'] });
    await play(() => retriever.invoke('tides', { callbacks, tags: ['call'] }));
    expect(await totals(`${DURATION}_count`)).toEqual([
      `${DURATION}_count{${labels('shelf', 'VectorStoreRetriever')}} 1`,
    ]);
  });

  test('a retriever that fails is recorded with its error, which the caller gets', async () => {
    const { callbacks, totals } = observe();
    const error = new RangeError('no index');
    const asked = play(() =>
      new AcmeRetriever(error).invoke('tides', { callbacks }),
    );
    await expect(asked).rejects.toBe(error);
    expect(await totals(`${DURATION}_count`)).toEqual([
      `${DURATION}_count{error_type="RangeError",${labels('acme', 'AcmeRetriever')}} 1`,
    ]);
  });

  test('a retriever is no inference of the agent run around it', async () => {
    const { metrics, callbacks, totals } = observe();
    const model = scriptedModel(core, [{ text: 'Ebb.' }]);
    await play(() =>
      metrics.runAgent('Reader', async () => {
        await new AcmeRetriever().invoke('tides', { callbacks });
        await model.invoke('Hi', { callbacks });
      }),
    );
    const calls = 'gen_ai_invoke_agent_inference_calls_sum';
    expect(await totals(calls)).toEqual([
      `${calls}{gen_ai_agent_name="Reader"} 1`,
    ]);
    expect(await totals('agent_inference_finishes_total')).toHaveLength(1);
  });
});
