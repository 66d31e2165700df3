import { frameMask, standardise } from '../audio/standardise.ts';
import { frameCount, hearsLogMel, paddedSamples, type Architecture } from '../encoder/own/architecture.ts';
import { hasQuantised, isOwn, readArchitecture } from '../encoder/own/encoder.ts';
import { buildEncoder } from '../encoder/own/network.ts';
import { readStoredWeights } from '../encoder/own/weights.ts';
import { appendHead } from '../head/head.ts';
import { Network } from '../onnx/graph/network.ts';
import { castToFloat, castToHalf, concat } from '../onnx/graph/ops.ts';
import { encodeModel } from '../onnx/file/proto.ts';
import { openFloatSession, type FloatSession } from '../onnx/runtime/float-session.ts';
import { ThreadedSession } from '../onnx/runtime/threaded-session.ts';
import { adapterOptions } from './adapters.ts';
import { COMPARED_LAYER, type Compared } from './likeness.ts';
import type { Output } from './model.ts';
import type { ModelParts } from './parts.ts';

/** Frames that the embedded encoder takes at once at most, and those beyond which attention's memory counts. */
const LONGEST = { logMel: 1499, other: 2000 };

/** The output that recordings are compared by. */
const COMPARED = 'compared';

/** What a batch gives. */
export interface Ran {
  outputs: Output[];
  /** The layer that recordings are compared by, where that was asked for. */
  compared?: Compared;
}

/**
 * Encoder and head as one graph, with nothing in it that the logits don't need: no layers above the head's, no phones,
 * and no hidden layers that are copied out to go in again.
 */
export class OneGraph {
  /** Recordings of more frames have to be heard in windows. */
  readonly longest: number;
  /** Whether it computes on a thread of its own. */
  readonly beside: boolean;
  private readonly session: FloatSession;
  private readonly tokens: number;
  private readonly dims: number;

  private constructor(session: FloatSession, tokens: number, architecture: Architecture) {
    [this.session, this.tokens, this.dims] = [session, tokens, architecture.dims];
    this.beside = session instanceof ThreadedSession;
    this.longest = LONGEST[hearsLogMel(architecture) ? 'logMel' : 'other'];
  }

  /**
   * @param beside whether it computes on a thread of its own
   * @returns nothing for an encoder of others, and for one in 8 bits, which hears one recording at a time
   */
  static async open(
    { about, vocabulary, encoder, weights }: ModelParts,
    beside: boolean,
  ): Promise<OneGraph | undefined> {
    if (!isOwn(encoder) || hasQuantised(encoder)) return undefined;
    const architecture = readArchitecture(about.encoder.name, encoder);
    const network = new Network(false, adapterOptions(about.adapters));
    const g = network.graph;
    const { hidden, mask } = buildEncoder(network, architecture, 0, Math.max(...about.layers));
    g.output(hidden[COMPARED_LAYER]!, COMPARED);
    const heard = about.layers.map((layer) => hidden[layer]!);
    const features = heard.length === 1 ? heard[0]! : concat(g, heard, 2);
    // As the cached features were that the head learnt from.
    const rounded = about.head.plain ? features : castToFloat(g, castToHalf(g, features));
    const input = { layers: heard.length, dims: architecture.dims };
    g.output(appendHead(network, about.head, rounded, input, mask, vocabulary.size), 'logits');
    // Float16 is widened by ONNX Runtime, many times as fast.
    const { weights: frozen, halves } = readStoredWeights(encoder);
    const model = encodeModel(g, { weights: new Map([...frozen, ...weights]), halves });
    const session = await (beside ? ThreadedSession.open(model) : openFloatSession(model));
    return new OneGraph(session, vocabulary.size, architecture);
  }

  /** Runs recordings of like length (16 kHz mono) side by side. @param compares whether they are to be compared */
  async run(recordings: readonly Float32Array[], compares: boolean): Promise<Ran> {
    const frameCounts = Int32Array.from(recordings, ({ length }) => frameCount(length));
    const [rows, padded] = [recordings.length, Math.max(1, ...frameCounts)];
    const width = paddedSamples(padded);
    const audio = new Float32Array(rows * width);
    recordings.forEach((recording, row) => standardise(recording, audio.subarray(row * width, (row + 1) * width)));
    const feeds = {
      audio: { data: audio, dims: [rows, width] },
      mask: { data: frameMask(frameCounts, padded), dims: [rows, padded] },
    };
    const results = await this.session.run(feeds, ['logits', ...(compares ? [COMPARED] : [])]);
    const logits = results.logits!;
    const size = padded * this.tokens;
    const outputs = recordings.map((_, row) => ({
      logits: logits.subarray(row * size, row * size + frameCounts[row]! * this.tokens),
      frames: frameCounts[row]!,
    }));
    if (!compares) return { outputs };
    return {
      outputs,
      compared: { layer: results[COMPARED]!, frames: padded, frameCounts, dims: this.dims },
    };
  }

  async release(): Promise<void> {
    await this.session.release();
  }
}
