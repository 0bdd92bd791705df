import { KeptTexts } from '../../accounting/texts/kept-texts.js';

/** The texts of an inference, of which tokens are counted if the provider does not report them. */
export class InferenceTexts {
  /** Those of the request: messages, instructions, definitions of tools. */
  readonly input: KeptTexts = new KeptTexts();
  /** Those of the answer: content, reasoning, arguments of tool calls. */
  readonly output: KeptTexts = new KeptTexts();
}
