import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import type { BaseMessage } from '@langchain/core/messages';
import type { CallbackManagerForLLMRun } from '@langchain/core/callbacks/manager';
import type { ChatResult } from '@langchain/core/outputs';
import type { LangChainCore } from './langchain-core.js';

/** A message, or a chunk of one, as one of LangChain's packages makes it. */
export interface MadeMessage {
  readonly content?: string | Record<string, unknown>[];
  readonly response_metadata?: Record<string, unknown>;
  readonly additional_kwargs?: Record<string, unknown>;
  readonly usage_metadata?: Record<string, unknown>;
  readonly tool_call_chunks?: Record<string, unknown>[];
  /** What is said beside the message. */
  readonly generationInfo?: Record<string, unknown>;
  /** How the package reports a chunk: with its message, by its text alone, or not at all. Default: with its message. */
  readonly reported?: 'message' | 'text' | 'no';
}

/** What a package makes of an answer. */
export interface MadeAnswer {
  readonly messages: readonly MadeMessage[];
  readonly isStream?: boolean;
  readonly llmOutput?: Record<string, unknown>;
  /** The error that the answer ends with. */
  readonly error?: Error;
}

/** A chat model that answers with given messages, or streams given chunks. */
export function messageModel(
  core: LangChainCore,
  request: { readonly ls_provider: string; readonly ls_model_name: string },
  { messages, isStream = false, llmOutput, error }: MadeAnswer,
): BaseChatModel {
  class ChatMade extends core.BaseChatModel {
    _llmType() {
      return 'made';
    }

    override getLsParams(options: this['ParsedCallOptions']) {
      return { ...super.getLsParams(options), ...request };
    }

    override bindTools() {
      return this;
    }

    async _generate(): Promise<ChatResult> {
      if (error) throw error;
      const generations = messages.map(({ generationInfo, ...fields }) => ({
        text: typeof fields.content === 'string' ? fields.content : '',
        message: new core.AIMessage({ content: '', ...fields } as never),
        ...(generationInfo && { generationInfo }),
      }));
      return { generations, ...(llmOutput && { llmOutput }) };
    }
  }

  class ChatMadeStream extends ChatMade {
    override async *_streamResponseChunks(
      _messages: BaseMessage[],
      _options: this['ParsedCallOptions'],
      manager?: CallbackManagerForLLMRun,
    ) {
      for (const {
        generationInfo,
        reported = 'message',
        ...fields
      } of messages) {
        const text = typeof fields.content === 'string' ? fields.content : '';
        const message = new core.AIMessageChunk({
          content: '',
          ...fields,
        } as never);
        const chunk = new core.ChatGenerationChunk({
          text,
          message,
          ...(generationInfo && { generationInfo }),
        });
        yield chunk;
        const told = [undefined, undefined, undefined, undefined] as const;
        const fieldsOfToken = reported === 'message' ? { chunk } : undefined;
        if (reported !== 'no') {
          await manager?.handleLLMNewToken(text, ...told, fieldsOfToken);
        }
      }
      if (error) throw error;
    }
  }

  const params = { maxRetries: 0 };
  return isStream ? new ChatMadeStream(params) : new ChatMade(params);
}
