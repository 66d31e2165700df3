import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import type { Alphabet } from '../decode/alphabet.ts';
import { shareModel } from '../lm/shared.ts';
import type { NgramModel } from '../lm/ngram-model.ts';
import { threadFile } from '../support/threads.ts';
import type { Decoded, Decoder, Decoding, LogitsDecoder } from './decoder.ts';
import type { DecoderStart, DecoderTask } from './decoder-thread.ts';

/**
 * Beam search on threads of their own, several recordings at a time. They read one language model, in memory that all
 * of them share; lists of words each has for itself.
 */
export class ThreadedDecoder implements LogitsDecoder {
  private readonly decoder: Decoder;
  private readonly pool: Piscina;

  private constructor(decoder: Decoder, pool: Piscina) {
    [this.decoder, this.pool] = [decoder, pool];
  }

  /**
   * @param decoder whose work they do
   * @param threads at most: each is started when there is work for it
   */
  static open(
    decoder: Decoder,
    decoding: Decoding,
    { languageModel, words }: { languageModel?: NgramModel | undefined; words?: readonly string[] | undefined },
    threads: number,
  ): ThreadedDecoder {
    const workerData: DecoderStart = {
      vocabulary: decoder.vocabulary.toJson(),
      decoding,
      languageModel: languageModel && shareModel(languageModel),
      words,
    };
    const pool = new Piscina({
      filename: fileURLToPath(threadFile(import.meta.url, 'decoder-thread')),
      ...{ workerData, minThreads: 0, maxThreads: threads, idleTimeout: Infinity },
      // What this process was started with is not for a file that was built.
      execArgv: [],
    });
    return new ThreadedDecoder(decoder, pool);
  }

  get alphabet(): Alphabet {
    return this.decoder.alphabet;
  }

  /** @param logits given away */
  decode(logits: Float32Array, frames: number, unlike?: number): Promise<Decoded> {
    const task: DecoderTask = { logits, frames, unlike, calibration: this.decoder.calibration };
    const own = logits.byteLength === logits.buffer.byteLength ? [logits.buffer as ArrayBuffer] : [];
    return this.pool.run(task, { transferList: own }) as Promise<Decoded>;
  }

  /** Ends the threads: what they work on is waited for, what waits for them is dropped. */
  release(): Promise<void> {
    return this.pool.close({ force: true });
  }
}
