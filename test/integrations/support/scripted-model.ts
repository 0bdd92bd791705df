import type {
  BaseChatModel,
  BaseChatModelParams,
} from '@langchain/core/language_models/chat_models';
import type { CallbackManagerForLLMRun } from '@langchain/core/callbacks/manager';
import type { BaseMessage, UsageMetadata } from '@langchain/core/messages';
import type { ToolCall } from '@langchain/core/messages/tool';
import type { ChatResult } from '@langchain/core/outputs';
import type { LangChainCore } from './langchain-core.js';

export const sleep = (milliseconds: number) =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** An answer, or a chunk of one. */
export interface Answer {
  /** How long it takes. */
  readonly milliseconds?: number;
  readonly text?: string;
  readonly model?: string;
  readonly usage?: UsageMetadata;
  readonly toolCalls?: readonly ToolCall[];
  readonly error?: Error;
  /** What the provider says beside the message. */
  readonly llmOutput?: Record<string, unknown>;
}

/** A chat model of which everything is known beforehand. It gives one answer after the other, or streams them as chunks. */
export function scriptedModel(
  core: LangChainCore,
  answers: readonly Answer[],
  {
    stream = false,
    ...params
  }: BaseChatModelParams & { stream?: boolean } = {},
): BaseChatModel {
  const script = [...answers];

  async function next(): Promise<Answer> {
    const answer = script.shift() ?? { error: new Error('no answer is left') };
    await sleep(answer.milliseconds ?? 0);
    if (answer.error) throw answer.error;
    return answer;
  }

  const fieldsOf = ({ text = '', usage, model, toolCalls = [] }: Answer) => ({
    content: text,
    tool_calls: [...toolCalls],
    ...(usage && { usage_metadata: usage }),
    response_metadata: model === undefined ? {} : { model_name: model },
  });

  class ChatScripted extends core.BaseChatModel {
    _llmType() {
      return 'scripted';
    }

    override getLsParams(options: this['ParsedCallOptions']) {
      return {
        ...super.getLsParams(options),
        ls_provider: 'acme',
        ls_model_name: 'acme-1',
      };
    }

    override bindTools() {
      return this;
    }

    async _generate(): Promise<ChatResult> {
      const answer = await next();
      const message = new core.AIMessage(fieldsOf(answer));
      return {
        generations: [{ text: answer.text ?? '', message }],
        ...(answer.llmOutput && { llmOutput: answer.llmOutput }),
      };
    }
  }

  class ChatStreamed extends ChatScripted {
    override async *_streamResponseChunks(
      _messages: BaseMessage[],
      { signal }: this['ParsedCallOptions'],
      manager?: CallbackManagerForLLMRun,
    ) {
      while (script.length > 0) {
        const answer = await next();
        signal?.throwIfAborted();
        const text = answer.text ?? '';
        const message = new core.AIMessageChunk(fieldsOf(answer));
        const chunk = new core.ChatGenerationChunk({ text, message });
        yield chunk;
        const told = [undefined, undefined, undefined, undefined] as const;
        await manager?.handleLLMNewToken(text, ...told, { chunk });
      }
    }
  }

  return stream ? new ChatStreamed(params) : new ChatScripted(params);
}
