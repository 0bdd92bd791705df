import type { Tiktoken } from 'js-tiktoken/lite';

/** Counts tokens as some language models do. Its vocabulary is large, and loaded when it is first needed. */
export class Tokenizer {
  private loading: Promise<Tiktoken> | undefined = undefined;

  /** @returns what counts the tokens of a text. */
  async load(): Promise<(text: string) => number> {
    this.loading ??= loadTiktoken();
    const tiktoken = await this.loading;
    // No text is special here: what looks like a control token is a text like any other.
    return (text) => tiktoken.encode(text, [], []).length;
  }
}

async function loadTiktoken(): Promise<Tiktoken> {
  const [{ Tiktoken }, { default: vocabulary }] = await Promise.all([
    import('js-tiktoken/lite'),
    import('js-tiktoken/ranks/cl100k_base'),
  ]);
  return new Tiktoken(vocabulary);
}
