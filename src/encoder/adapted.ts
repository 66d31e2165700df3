import { frameMask, type Loudness } from '../audio/standardise.ts';
import type { Weights } from '../onnx/training/engine.ts';
import type { Value } from '../onnx/graph/graph.ts';
import { Network, type AdapterOptions } from '../onnx/graph/network.ts';
import { encodeModel } from '../onnx/file/proto.ts';
import { floatData, floats, openSession, type Session } from '../onnx/runtime/session.ts';
import type { FrozenEncoder, Hidden } from './frozen-encoder.ts';
import type { ExportedOptions } from './exported/exposed.ts';
import { openEncoder } from './open.ts';
import { openUpper, type Upper } from './exported/split.ts';

/**
 * Appends the blocks of an encoder that others exported, with adapters where the network has them: `features` and
 * `mask` in, hidden layers 1 … top out.
 */
export function buildAdapted(network: Network, upper: Upper): Value[] {
  const features = network.graph.input('features', ['batch', 'frames', upper.dims]);
  return upper.build(network, features, network.graph.input('mask', ['batch', 'frames']));
}

/**
 * An encoder that others exported, untouched, with adapters on its blocks: the file up to the first block, then the
 * blocks anew.
 */
export class AdaptedEncoder implements FrozenEncoder {
  private readonly lower: FrozenEncoder;
  private readonly blocks: Session;
  private readonly outputs: readonly Value[];

  private constructor(lower: FrozenEncoder, blocks: Session, outputs: readonly Value[]) {
    this.lower = lower;
    this.blocks = blocks;
    this.outputs = outputs;
  }

  /**
   * @param weights of the adapters
   * @throws InputError when no such encoder is found in the bytes, or its blocks can't be built anew
   */
  static async open(
    name: string,
    bytes: Uint8Array,
    adapters: AdapterOptions,
    weights: Weights,
    options: ExportedOptions = {},
  ): Promise<AdaptedEncoder> {
    const upper = await openUpper(bytes, 0, options);
    const network = new Network(false, adapters);
    const outputs = buildAdapted(network, upper);
    const all = new Map([...upper.weights, ...weights]);
    const blocks = await openSession(encodeModel(network.graph, { weights: all, outputs }), options);
    return new AdaptedEncoder(await openEncoder(name, bytes, { ...options, upTo: 0 }), blocks, outputs);
  }

  get name(): string {
    return this.lower.name;
  }

  get hash(): string {
    return this.lower.hash;
  }

  get bytes(): Uint8Array {
    return this.lower.bytes;
  }

  get dims(): number {
    return this.lower.dims;
  }

  get layerCount(): number {
    return this.lower.layerCount;
  }

  get pads(): boolean {
    return this.lower.pads;
  }

  async run(
    recordings: readonly Float32Array[],
    layers: readonly number[],
    frames?: number,
    level?: Loudness,
  ): Promise<Hidden> {
    const lower = await this.lower.run(recordings, [0], frames, level);
    const [batch, padded] = [recordings.length, lower.frames];
    const feeds = {
      features: floats(lower.layers[0]!, [batch, padded, this.dims]),
      mask: floats(frameMask(lower.frameCounts, padded), [batch, padded]),
    };
    const above = layers.filter((layer) => layer > 0).map((layer) => this.outputs[layer - 1]!.name);
    const results = above.length > 0 ? await this.blocks.run(feeds, above) : {};
    return {
      ...lower,
      layers: layers.map((layer) =>
        layer === 0 ? lower.layers[0]! : floatData(results[this.outputs[layer - 1]!.name]!),
      ),
    };
  }

  async release(): Promise<void> {
    await Promise.all([this.lower.release(), this.blocks.release()]);
  }
}
