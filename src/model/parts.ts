import type { Likeness } from '../evaluate/likeness.ts';
import type { Weights } from '../onnx/training/engine.ts';
import type { Vocabulary } from '../text/vocabulary.ts';
import type { About } from './about.ts';

/** What a model folder holds. */
export interface ModelParts {
  about: About;
  vocabulary: Vocabulary;
  /** Bytes of the .onnx file. */
  encoder: Uint8Array;
  /** Where its weights lie, if not in those bytes. */
  encoderFolder?: string | undefined;
  /** Of the head, and of adapters on the encoder where there are any, by parameter. */
  weights: Weights;
  /** The language model's file, where it decodes with one. */
  languageModel?: string | undefined;
  /** Words that its decoding knows. */
  words?: readonly string[] | undefined;
  /** What the recordings of its training sound like; a model from before there was such a thing has none. */
  likeness?: Likeness | undefined;
}
