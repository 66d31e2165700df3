import { workerData } from 'node:worker_threads';
import type { Calibration } from '../evaluate/calibration.ts';
import { sharedModel, type SharedModel } from '../lm/shared.ts';
import { Vocabulary } from '../text/vocabulary.ts';
import { Decoder, type Decoded, type Decoding } from './decoder.ts';

/** What each thread is started with. */
export interface DecoderStart {
  /** As `vocab.json` has it. */
  vocabulary: Record<string, number>;
  decoding: Decoding;
  languageModel: SharedModel | undefined;
  words: readonly string[] | undefined;
}

/** What it is given again and again. */
export interface DecoderTask {
  logits: Float32Array;
  frames: number;
  unlike: number | undefined;
  calibration: Calibration | undefined;
}

const { vocabulary, decoding, languageModel, words } = workerData as DecoderStart;
const knowledge = { languageModel: languageModel && sharedModel(languageModel), words };
const decoder = new Decoder(Vocabulary.fromJson(vocabulary), decoding, knowledge);

export default function decode({ logits, frames, unlike, calibration }: DecoderTask): Decoded {
  decoder.calibration = calibration;
  return decoder.decode(logits, frames, unlike);
}
