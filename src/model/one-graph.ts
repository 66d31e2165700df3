import { frameMask, standardise } from '../audio/standardise.ts';
import { frameCount, hearsLogMel, paddedSamples, type Architecture } from '../encoder/own/architecture.ts';
import { hasQuantised, isOwn, readArchitecture } from '../encoder/own/encoder.ts';
import { buildEncoder } from '../encoder/own/network.ts';
import { readStoredWeights } from '../encoder/own/weights.ts';
import { appendHead } from '../head/head.ts';
import type { Value } from '../onnx/graph/graph.ts';
import { Network } from '../onnx/graph/network.ts';
import { castToFloat, castToHalf, concat } from '../onnx/graph/ops.ts';
import { encodeModel } from '../onnx/file/proto.ts';
import { openFloatSession, type FloatSession } from '../onnx/runtime/float-session.ts';
import { ThreadedSession } from '../onnx/runtime/threaded-session.ts';
import { lastOf } from '../support/last-of.ts';
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
 * and no hidden layers that are copied out to go in again. Several models on one encoder are one graph with a head
 * each: the encoder is in memory once. All heads are computed each time, since ONNX Runtime leaves out none; next to
 * the encoder they cost little.
 */
export class OneGraph {
  /** Recordings of more frames have to be heard in windows. */
  readonly longest: number;
  /** Whether it computes on a thread of its own. */
  readonly beside: boolean;
  private readonly session: FloatSession;
  /** Its head's. */
  private readonly output: string;
  private readonly tokens: number;
  private readonly dims: number;

  private constructor(
    session: FloatSession,
    output: string,
    tokens: number,
    architecture: Architecture,
    beside: boolean,
  ) {
    [this.session, this.output, this.tokens, this.dims] = [session, output, tokens, architecture.dims];
    this.beside = beside;
    this.longest = LONGEST[hearsLogMel(architecture) ? 'logMel' : 'other'];
  }

  /**
   * @param models on one encoder; where they are several, without adapters on it
   * @param beside whether it computes on a thread of its own
   * @returns one for each; none for an encoder of others, and for one in 8 bits, which hears one recording at a time
   */
  static async open(models: readonly [ModelParts, ...ModelParts[]], beside: boolean): Promise<OneGraph[]> {
    const [{ about, encoder }] = models;
    if (!isOwn(encoder) || hasQuantised(encoder)) return [];
    const architecture = readArchitecture(about.encoder.name, encoder);
    const network = new Network(false, adapterOptions(about.adapters));
    const highest = Math.max(...models.flatMap((model) => model.about.layers));
    const encoded = buildEncoder(network, architecture, 0, highest);
    network.graph.output(encoded.hidden[COMPARED_LAYER]!, COMPARED);
    // Float16 is widened by ONNX Runtime, many times as fast.
    const { weights, halves } = readStoredWeights(encoder);
    const outputs = models.map((model, i) => {
      const prefix = i === 0 ? '' : `${i}.`;
      for (const [name, data] of model.weights) weights.set(prefix + name, data);
      const output = `${prefix}logits`;
      network.graph.output(
        network.under(prefix, () => headOn(network, model, encoded, architecture.dims)),
        output,
      );
      return output;
    });
    const graph = encodeModel(network.graph, { weights, halves });
    const session = await (beside ? ThreadedSession.open(graph) : openFloatSession(graph));
    const shared = { run: session.run.bind(session), release: lastOf(models.length, () => session.release()) };
    return models.map(({ vocabulary }, i) => new OneGraph(shared, outputs[i]!, vocabulary.size, architecture, beside));
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
    const results = await this.session.run(feeds, [this.output, ...(compares ? [COMPARED] : [])]);
    const logits = results[this.output]!;
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

/** A model's head on the layers that it hears. @returns its logits */
function headOn(
  network: Network,
  { about, vocabulary }: ModelParts,
  { hidden, mask }: ReturnType<typeof buildEncoder>,
  dims: number,
): Value {
  const g = network.graph;
  const heard = about.layers.map((layer) => hidden[layer]!);
  const features = heard.length === 1 ? heard[0]! : concat(g, heard, 2);
  // As the cached features were that the head learnt from.
  const rounded = about.head.plain ? features : castToFloat(g, castToHalf(g, features));
  return appendHead(network, about.head, rounded, { layers: heard.length, dims }, mask, vocabulary.size);
}
