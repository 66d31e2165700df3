import { decodeModel } from '../../onnx/file/decode.ts';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { readMetadata } from '../../onnx/file/fields.ts';
import { Network, type AdapterOptions } from '../../onnx/graph/network.ts';
import { onlyOutputs } from '../../onnx/file/outputs.ts';
import { encodeModel } from '../../onnx/file/proto.ts';
import { isQuantised } from '../../onnx/file/quantise.ts';
import { forRunningInto, runInto } from '../../onnx/runtime/run-into.ts';
import { floats, openSession, type Session } from '../../onnx/runtime/session.ts';
import type { Weights } from '../../onnx/training/engine.ts';
import { InputError } from '../../support/errors.ts';
import { readError, sha256 } from '../../support/files.ts';
import { Random } from '../../support/random.ts';
import { frameMask, standardise, type Loudness } from '../../audio/standardise.ts';
import { frameCount, hearsLogMel, paddedSamples, type Architecture } from './architecture.ts';
import { embeddedFile, isEmbedded } from './embedded.ts';
import { buildEncoder } from './network.ts';
import type { FrozenEncoder, Hidden, OpenOptions } from '../frozen-encoder.ts';
import { oneByOne } from '../one-by-one.ts';
import { widened } from './rounded.ts';
import { appendPhones, phonesMetadata, type KnownPhones } from './phones.ts';

/** An encoder of isogloss's own network. */
export class Encoder implements FrozenEncoder {
  readonly name: string;
  readonly hash: string;
  readonly bytes: Uint8Array;
  readonly architecture: Architecture;
  /** In 8 bits, a recording is rounded by what lies beside it. */
  readonly pads: boolean;
  private readonly session: Session;

  private constructor(name: string, bytes: Uint8Array, architecture: Architecture, session: Session) {
    this.name = name;
    this.bytes = bytes;
    this.hash = sha256(bytes);
    this.architecture = architecture;
    this.pads = !hasQuantised(bytes);
    this.session = session;
  }

  static async fromBytes(name: string, bytes: Uint8Array, options: OpenOptions = {}): Promise<Encoder> {
    const architecture = readArchitecture(name, bytes);
    const { upTo = architecture.blocks } = options;
    const needed = onlyOutputs(
      bytes,
      Array.from({ length: upTo + 1 }, (_, layer) => hiddenName(layer)),
    );
    return new Encoder(name, bytes, architecture, await openSession(forRunningInto(needed), options));
  }

  get dims(): number {
    return this.architecture.dims;
  }

  get layerCount(): number {
    return this.architecture.blocks + 1;
  }

  /** Whisper learnt from 30 s at a time. */
  get longest(): number {
    return hearsLogMel(this.architecture) ? 1499 : Infinity;
  }

  run(
    recordings: readonly Float32Array[],
    layers: readonly number[],
    frames?: number,
    level?: Loudness,
  ): Promise<Hidden> {
    if (this.pads) return this.together(recordings, layers, frames, level);
    return oneByOne(
      recordings,
      { layers: layers.length, dims: this.dims, frames },
      async (recording) => (await this.together([recording], layers, undefined, level)).layers,
    );
  }

  private async together(
    recordings: readonly Float32Array[],
    layers: readonly number[],
    frames?: number,
    level?: Loudness,
  ): Promise<Hidden> {
    const frameCounts = Int32Array.from(recordings, (r) => frameCount(r.length));
    const padded = frames ?? Math.max(1, ...frameCounts);
    const width = paddedSamples(padded);
    const audio = new Float32Array(recordings.length * width);
    recordings.forEach((recording, row) =>
      standardise(recording, audio.subarray(row * width, (row + 1) * width), level),
    );
    const feeds = {
      audio: floats(audio, [recordings.length, width]),
      mask: floats(frameMask(frameCounts, padded), [recordings.length, padded]),
    };
    const dims = [recordings.length, padded, this.dims];
    const hidden = new Map(layers.map((layer) => [layer, new Float32Array(dims.reduce((a, d) => a * d, 1))]));
    await runInto(
      this.session,
      feeds,
      Object.fromEntries([...hidden].map(([layer, data]) => [hiddenName(layer), floats(data, dims)])),
    );
    return { layers: layers.map((layer) => hidden.get(layer)!), frames: padded, frameCounts };
  }

  async release(): Promise<void> {
    await this.session.release();
  }
}

const hiddenName = (layer: number): string => `hidden.${layer}`;

/**
 * Loads an encoder: `embedded`, `embedded-small`, `random` (the embedded one's shape, untrained) or an .onnx file
 * written by isogloss.
 * @throws InputError when there is no such file, or it is no encoder of ours
 */
export async function loadEncoder(name: string, options: OpenOptions = {}): Promise<Encoder> {
  if (name === 'random') return Encoder.fromBytes(name, await untrained('embedded'), options);
  return Encoder.fromBytes(name, await readEncoder(name), options);
}

export interface EncodeOptions {
  metadata?: Readonly<Record<string, string>>;
  adapters?: AdapterOptions;
  phones?: KnownPhones | undefined;
}

/**
 * The bytes of an encoder's .onnx file: inputs `audio` and `mask`, an output for every hidden layer and one for the
 * phones it knows, its shape as metadata.
 */
export function encodeEncoder(
  weights: Weights,
  architecture: Architecture,
  { metadata, adapters, phones }: EncodeOptions = {},
): Uint8Array {
  const network = new Network(false, adapters);
  const { hidden } = buildEncoder(network, architecture);
  const outputs = hidden.map((value, i) => network.graph.output(value, hiddenName(i)));
  if (phones) outputs.push(network.graph.output(appendPhones(network, hidden[phones.layer]!, phones), 'phones'));
  return encodeModel(network.graph, {
    weights,
    outputs,
    half: true,
    metadata: { ...metadata, ...phonesMetadata(phones), 'isogloss.architecture': JSON.stringify(architecture) },
  });
}

/**
 * The bytes of an encoder of isogloss's own as it was before it had learnt anything. @param name as `readEncoder` has
 * it
 */
export async function untrained(name: string): Promise<Uint8Array> {
  const architecture = readArchitecture(name, await readEncoder(name));
  const network = new Network(false);
  buildEncoder(network, architecture);
  return encodeEncoder(network.initialise(new Random('untrained encoder')), architecture);
}

/**
 * The bytes of an encoder's file.
 * @param name `embedded`, `embedded-small`, or a path
 */
export async function readEncoder(name: string): Promise<Uint8Array> {
  const file = isEmbedded(name) ? embeddedFile(name) : name;
  if (!existsSync(file))
    throw new InputError('no such encoder', 'Use `embedded`, `random`, or the path of an .onnx file.', { file });
  const bytes = await readFile(file).catch((error: unknown) => {
    throw readError(file, error);
  });
  return isOwn(bytes) ? widened(bytes) : bytes;
}

/** Whether isogloss wrote the file. */
export const isOwn = (bytes: Uint8Array): boolean => architectureIn(bytes) !== undefined;

/** Whether an encoder's blocks are in 8 bits. */
export const hasQuantised = (bytes: Uint8Array): boolean => isQuantised(decodeModel(bytes));

/** @throws InputError when the bytes are no encoder that isogloss wrote */
export function readArchitecture(name: string, bytes: Uint8Array): Architecture {
  const architecture = architectureIn(bytes);
  if (!architecture)
    throw new InputError(
      `${name} is not an encoder that isogloss wrote`,
      'Use `embedded`, or the encoder.onnx in the model folder of a run with `train: all`.',
    );
  return architecture;
}

function architectureIn(bytes: Uint8Array): Architecture | undefined {
  try {
    const written = readMetadata(bytes).get('isogloss.architecture');
    return written === undefined ? undefined : (JSON.parse(written) as Architecture);
  } catch {
    // Not protobuf at all.
    return undefined;
  }
}
