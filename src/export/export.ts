import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { encodeEncoder, isOwn, readArchitecture } from '../encoder/own/encoder.ts';
import { readWeights } from '../encoder/own/weights.ts';
import { InputError } from '../support/errors.ts';
import { readJson } from '../support/files.ts';
import { shaped } from '../support/shape.ts';
import { cardOf } from './card-of-run.ts';
import { checkpointCard, USE_OF } from './checkpoint-card.ts';
import { exportElan } from './elan.ts';
import { exportOnnx } from './onnx.ts';
import { exportSherpa } from './sherpa.ts';
import { exportWeb } from './web.ts';
import { exportTransformers, type Parts } from './transformers.ts';
import { adapterOptions } from '../model/adapters.ts';
import { readModelFolder } from '../model/model-folder.ts';
import type { ModelParts } from '../model/parts.ts';
import { exportCheckpoint, isKnownToTransformers } from './checkpoint.ts';
import { checkpointConfig } from './checkpoint-tensors.ts';

export const EXPORT_FORMATS = ['transformers', 'onnx', 'sherpa', 'elan', 'web'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export interface ExportResult {
  format: ExportFormat;
  folder: string;
  /** By their names in the folder. */
  files: { name: string; bytes: number }[];
}

/** How a format is written, and how what was written is used: for its README.md. */
const formats: Record<
  Exclude<ExportFormat, 'elan'>,
  { write: (parts: Parts, folder: string) => Promise<string[]>; use: string }
> = {
  transformers: {
    write: exportTransformers,
    use: `\`\`\`js
import { pipeline } from '@huggingface/transformers';
const recognise = await pipeline('automatic-speech-recognition', 'FOLDER', { dtype: 'fp32' });
const { text } = await recognise(samples); // Float32Array, 16 kHz mono
\`\`\`
\`fp16\` and \`q8\` are smaller; \`q8\` writes a letter here and there otherwise.
`,
  },
  onnx: { write: exportOnnx, use: '' },
  sherpa: {
    write: exportSherpa,
    use: `\`\`\`js
const modelConfig = { omnilingual: { model: 'model.onnx' }, tokens: 'tokens.txt' };
const recogniser = new OfflineRecognizer({ modelConfig });
\`\`\`
`,
  },
  web: {
    write: exportWeb,
    use: `Open \`index.html\` in a browser, or put the folder on any web server: drop a recording on the page, or speak.
Nothing leaves the computer that the page is opened on.
`,
  },
};

/**
 * Writes a run's model in another program's layout.
 * @param run a run's folder, or its model folder
 * @param to `export/FORMAT` in the run's folder by default
 * @throws InputError when there is no model, WorkError when it can't be written
 */
export async function exportModel(run: string, format: ExportFormat, to?: string): Promise<ExportResult> {
  const model = findModel(run);
  const folder = to ?? path.join(path.basename(model) === 'model' ? path.dirname(model) : model, 'export', format);
  const names = format === 'elan' ? await exportForElan(model, folder) : await exportParts(model, format, folder);
  const files = await Promise.all(
    names.map(async (name) => ({ name, bytes: (await stat(path.join(folder, name))).size })),
  );
  return { format, folder, files };
}

async function exportParts(model: string, format: keyof typeof formats, folder: string): Promise<string[]> {
  const { write, use } = formats[format];
  const parts = await readModelFolder(model);
  const config = checkpointConfig(parts.encoder);
  if (config && format === 'transformers')
    return exportCheckpoint(
      parts,
      config,
      async (content) => checkpointCard(await cardOf(model, USE_OF[content]), String(config.model_type), content),
      folder,
    );
  if (!isOwn(parts.encoder)) throw notOurs(format, parts.about.encoder.name, config);
  return write({ ...(await partsOf(model, parts)), card: await cardOf(model, use) }, folder);
}

/** A format that needs an encoder of isogloss's own. */
function notOurs(format: ExportFormat, encoder: string, config: object | undefined): InputError {
  const published = config && isKnownToTransformers(config) ? '--format transformers writes PyTorch weights. ' : '';
  return new InputError(
    `--format ${format} is for runs on isogloss’s own encoders, and ${encoder} is another’s`,
    `${published}The model folder itself serves, too: isogloss transcribe MODEL RECORDING…, or --format elan for ELAN.`,
  );
}

async function exportForElan(model: string, folder: string): Promise<string[]> {
  return exportElan(model, await nameOf(model), await cardOf(model, ELAN_USE), folder);
}

const ELAN_USE = `Put this folder into ELAN’s folder \`extensions\` (Linux: \`lib/app/extensions\`, macOS: in the
package \`Contents/app/extensions\`, Windows: \`app\\extensions\`) and start ELAN anew: the model stands in its list of
recognisers.
`;

async function nameOf(model: string): Promise<string> {
  const file = path.join(model, 'model.json');
  return shaped(z.object({ name: z.string() }), await readJson(file), { file }, 'Copy the model folder again.').name;
}

function findModel(run: string): string {
  if (existsSync(path.join(run, 'model.json'))) return run;
  const inside = path.join(run, 'model');
  if (existsSync(path.join(inside, 'model.json'))) return inside;
  const made = existsSync(path.join(run, 'encoder.onnx'));
  if (made)
    throw new InputError(
      'this run made an encoder, not a recogniser',
      'Train a head on it: a recipe with `encoder.model` set to its encoder.onnx.',
      { file: run },
    );
  if (existsSync(path.join(run, 'config.json')))
    throw new InputError(
      'this is a model in the layout of transformers, not one that a run has made: there is nothing to export',
      'transformers loads it as it is, and isogloss transcribe MODEL RECORDING… if it is a …ForCTC. onnx, sherpa and ' +
        'web are for runs on isogloss’s own encoders.',
      { file: run },
    );
  throw new InputError('there is no model here', 'Name the folder of a finished run, e.g. runs/italian-10min-….', {
    file: run,
  });
}

async function partsOf(
  folder: string,
  { about, vocabulary, encoder, weights }: ModelParts,
): Promise<Omit<Parts, 'card'>> {
  const architecture = readArchitecture(about.encoder.name, encoder);
  // Adapters become a part of the encoder.
  const adapted = about.adapters
    ? encodeEncoder(new Map([...readWeights(encoder), ...weights]), architecture, {
        adapters: adapterOptions(about.adapters),
      })
    : encoder;
  const head = await readFile(path.join(folder, 'head.onnx'));
  const whole = { encoder: adapted, head, layers: about.layers, tokens: vocabulary.size, blank: vocabulary.blank };
  return { about, vocabulary, whole, architecture };
}
