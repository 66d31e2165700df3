import { existsSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { HalfPrecision, type Precision } from '../../onnx/graph/half-precision.ts';
import { readMetadata } from '../../onnx/file/fields.ts';
import { encodeModel } from '../../onnx/file/proto.ts';
import { InputError } from '../../support/errors.ts';
import { readJson } from '../../support/files.ts';
import { architectures, type CheckpointArchitecture } from './architectures.ts';
import { CheckpointGraph, type BuildOptions } from './checkpoint-graph.ts';
import { LENGTH_ADAPTER } from '../exported/hidden-layers.ts';
import { linearInEightBits } from './eight-bits.ts';
import type { StoredTensor } from './stored-tensor.ts';
import { readWeightFiles } from './weight-files.ts';

/** Under what config.json goes along in the file's metadata. */
export const CONFIG = 'isogloss.config';
/** Under what it is said of an encoder with windows how many frames fill one; such hear how loud recordings are. */
export const WINDOW = 'isogloss.window_frames';

/**
 * What goes into the last product of a block of Whisper's: a few numbers are a hundred times as large as all others,
 * and would leave nothing of them in 8 bits.
 */
const OUTLYING = /(^|\.)fc2\./;

/** Frames that fill an encoder's window, by what its file says: more than that it can't be given at once. */
export function windowIn(encoder: Uint8Array): number | undefined {
  const written = readMetadata(encoder).get(WINDOW);
  return written === undefined ? undefined : Number(written);
}

export interface CheckpointOptions extends BuildOptions {
  /** A file of a language's adapters beside the weights, which take the place of those in them. */
  adapter?: string | undefined;
  /** Whether its linear layers are rounded to 8 bits: then all weights are in the bytes, and the file is done with. */
  rounds?: boolean | undefined;
  /** In what numbers it computes; weights that are stored in others are cast when ONNX Runtime loads them. */
  precision?: Precision | undefined;
}

/**
 * The bytes of an .onnx file for PyTorch weights: config.json decides the graph, and its initialisers point into the
 * file of weights, which stays as it is and is never read here. It is opened with that file's folder, as any model with
 * external data.
 * @param file safetensors, PyTorch's own format or the index of several; config.json lies beside it
 * @throws InputError when isogloss hasn't the architecture or it has no window, and listing what of the weights is
 * missing, left over or of a wrong shape
 */
export async function encodeCheckpoint(
  file: string,
  { adapter, precision = 'float32', silence, rounds = false }: CheckpointOptions = {},
): Promise<Uint8Array> {
  const config = await readConfig(file);
  const architecture = architectureOf(config, file);
  if (silence !== undefined && config['model_type'] !== 'whisper')
    throw new InputError(
      `only Whisper’s encoder has a window that silence could fill; this is ${architecture.name}`,
      'Remove `encoder.silence`.',
      { file },
    );
  const c = new CheckpointGraph(encoderTensors(await readCheckpoint(file, adapter), architecture, file));
  c.graph.output(built(c, architecture, { config, silence }, file), 'last_hidden_state');
  if (c.adapted) c.graph.output(c.adapted, LENGTH_ADAPTER);
  c.refuseIncomplete(file);
  refuseLeftOver(c, architecture, file);
  const { nodes, outputs } = c.graph;
  const exact = new Set(outputs.map(({ name }) => name));
  const bytes = encodeModel(c.graph, {
    nodes: precision === 'float16' ? new HalfPrecision(nodes, exact).nodes(nodes) : nodes,
    outside: c.outside,
    metadata: { [CONFIG]: JSON.stringify(config), ...(c.window && { [WINDOW]: String(c.window) }) },
  });
  return rounds ? linearInEightBits(bytes, path.dirname(file), OUTLYING) : bytes;
}

/** What lies where in weights and a language's adapters, if there are any. */
export async function readCheckpoint(file: string, adapter?: string): Promise<Map<string, StoredTensor>> {
  return new Map([...(await readWeightFiles(file)), ...(adapter === undefined ? [] : await readWeightFiles(adapter))]);
}

async function readConfig(file: string): Promise<Record<string, unknown>> {
  const place = path.join(path.dirname(file), 'config.json');
  if (!existsSync(place))
    throw new InputError(
      'there is no config.json beside these weights: it says what they are',
      'Put the one of the same repository beside them.',
      { file },
    );
  const config = z.record(z.string(), z.unknown()).safeParse(await readJson(place));
  if (!config.success)
    throw new InputError('this is no config.json of a model', 'Get it anew from where the weights come from.', {
      file: place,
    });
  return config.data;
}

function architectureOf({ model_type: type }: Record<string, unknown>, file: string): CheckpointArchitecture {
  const found = typeof type === 'string' && Object.hasOwn(architectures, type) ? architectures[type] : undefined;
  if (found) return found;
  const known = Object.values(architectures).map(({ name }) => name);
  throw new InputError(
    `config.json calls the model ${JSON.stringify(type ?? 'nothing')}, which isogloss can’t build`,
    `It builds ${known.join(', ')}. Of others it takes .onnx files.`,
    { file },
  );
}

/** Those of the encoder, without what a whole model puts before their names (`wav2vec2.`). */
function encoderTensors(
  tensors: ReadonlyMap<string, StoredTensor>,
  { anchor, name }: CheckpointArchitecture,
  file: string,
): Map<string, StoredTensor> {
  const anchors = [...tensors.keys()].filter((key) => key === anchor || key.endsWith(`.${anchor}`));
  if (anchors.length === 0)
    throw new InputError(
      `there is no ${name} encoder in these weights: ${anchor} is missing`,
      'Get config.json and weights from the same place.',
      { file },
    );
  const prefix = anchors.sort((a, b) => a.length - b.length)[0]!.slice(0, -anchor.length);
  return new Map(
    [...tensors].flatMap(([key, tensor]) =>
      key.startsWith(prefix) ? [[key.slice(prefix.length), tensor] as const] : [],
    ),
  );
}

function built(
  c: CheckpointGraph,
  architecture: CheckpointArchitecture,
  { config, silence }: BuildOptions & { config: unknown },
  file: string,
): ReturnType<CheckpointArchitecture['build']> {
  const place = { file: path.join(path.dirname(file), 'config.json') };
  try {
    return architecture.build(c, config, { silence });
  } catch (error) {
    if (error instanceof InputError && error.place.file === undefined)
      throw new InputError(error.message, error.next, place, error);
    throw error;
  }
}

/** What only pretraining or a task's head reads, and numbers that the graph makes itself. */
const ASIDE_NAMES = [
  'quantizer|project_q|project_hid|lm_head|classifier|projector|layer_weights|adapter|masked_spec_embed',
  'label_embeddings_concat|final_proj|speaker_proj|dropout_features|intermediate_ffn|inner_attention',
].join('|');
const ASIDE = new RegExp(`^(${ASIDE_NAMES})\\b|\\.inv_freq$|num_batches_tracked$`);

function refuseLeftOver(c: CheckpointGraph, { unused }: CheckpointArchitecture, file: string): void {
  const left = c.leftOver().filter((name) => !ASIDE.test(name) && !unused?.test(name));
  if (left.length > 0)
    throw new InputError(
      `config.json has no place for ${left.length} of these weights: ` +
        `${left.slice(0, 10).join(', ')}${left.length > 10 ? ', …' : ''}`,
      'Get config.json and weights from the same place.',
      { file },
    );
}
