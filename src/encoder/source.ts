import { existsSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '../support/errors.ts';
import { readJson } from '../support/files.ts';
import { embeddedFile, isEmbedded, type EmbeddedName } from './own/embedded.ts';
import { fetchEncoder, type FetchOptions } from './hub/from-hub.ts';
import { adapterFile, withoutLanguage } from './checkpoint/language.ts';
import { chooseWeights, filesOf, isWeightFile, refuseDtype } from './checkpoint/weight-files.ts';
import { chooseOnnx, dtypesOf, type Dtype, type OnnxFiles } from './exported/onnx-file.ts';
import { findPreprocessor, type Preprocessor } from './exported/preprocessor.ts';

/** An encoder's files, wherever they came from. */
export interface EncoderSource {
  /** As the recipe names it. */
  name: string;
  from: 'embedded' | 'hub' | 'folder' | 'file';
  /** Path of the .onnx file, or of PyTorch weights. Weights outside it lie in the same folder, and only there. */
  file: string;
  /** That file's name in its repository or folder. */
  model: string;
  /** Names of the files beside it that hold weights. */
  data: readonly string[];
  /** Of these, the file of a language's adapters, where one is asked for. */
  adapter?: string;
  /** Whether isogloss rounds its weights to 8 bits when it is read. */
  rounds?: true;
  /** Of PyTorch weights: see `EncoderChoice`. */
  silence?: number;
  /** preprocessor_config.json, where there is one. */
  preprocessor?: Preprocessor;
  /** config.json, where there is one. */
  config?: Readonly<Record<string, unknown>>;
  /** Of the repository, where it comes from the Hub. */
  commit?: string;
}

/** An encoder as a recipe chooses it. */
export interface EncoderChoice {
  /** `NAME:swh` names a language's adapters, too, where there are such. */
  model: string;
  revision?: string | undefined;
  dtype?: Dtype | undefined;
  /** Seconds of silence behind each recording that Whisper's encoder is given to hear, from its weights. */
  silence?: number | undefined;
}

/** The same, the language whose adapters are asked for apart from the name. */
export type LanguageChoice = EncoderChoice & { language?: string | undefined };

/**
 * Where an encoder's name leads, before anything is opened or fetched. A folder that is there comes before a repository
 * of that name.
 */
export function kindOf(name: string): EncoderSource['from'] {
  const { model } = withoutLanguage(name);
  if (isEmbedded(model)) return 'embedded';
  if (existsSync(model)) return statSync(model).isDirectory() ? 'folder' : 'file';
  return isHubId(model) ? 'hub' : 'file';
}

export const isHubId = (model: string): boolean =>
  /^\w[\w.-]*\/\w[\w.-]*$/.test(model) && !model.endsWith('.onnx') && !isWeightFile(model);

/**
 * Finds an encoder's files: one that comes with isogloss, an .onnx file, a folder in the layout of the Hugging Face
 * Hub, or a repository there, of which it fetches what is not in the cache.
 * @throws InputError when they are not there, WorkError when they can't be got
 */
export async function findEncoder(asked: EncoderChoice, options: FetchOptions = {}): Promise<EncoderSource> {
  const { model, language } = withoutLanguage(asked.model);
  const { silence } = asked;
  return { ...(await filesNamed({ ...asked, model, language }, options)), ...(silence !== undefined && { silence }) };
}

async function filesNamed(choice: LanguageChoice, options: FetchOptions): Promise<EncoderSource> {
  const { model, dtype } = choice;
  const from = kindOf(model);
  if (from === 'hub') return fromHub(choice, options);
  if (from === 'folder') return fromFolder(choice);
  const found = from === 'file' ? await fromFile(model) : fromUs(model as EmbeddedName);
  return dtype === undefined ? found : { ...found, ...roundedTo(dtype) };
}

function fromUs(name: EmbeddedName): EncoderSource {
  const file = embeddedFile(name);
  return { name, from: 'embedded', file, model: path.basename(file), data: [] };
}

/** Of a single file there is one dtype, and what isogloss makes of it. */
function roundedTo(dtype: Dtype): { rounds: true } {
  if (dtype === 'q8') return { rounds: true };
  throw new InputError(
    `a single file has no ${dtype} to choose: isogloss can only make q8 of it`,
    'Set `encoder.dtype: q8`, or remove it.',
  );
}

/** An .onnx file or PyTorch weights; what describes it may lie beside it, or one folder up as in Hub layout. */
async function fromFile(file: string): Promise<EncoderSource> {
  if (!existsSync(file))
    throw new InputError(
      'no such encoder',
      'Use `embedded`, `random`, the id of a repository on the Hugging Face Hub, a folder in its layout, or the ' +
        'path of an .onnx file or of PyTorch weights.',
      { file },
    );
  const folder = path.dirname(file);
  const up = path.dirname(path.resolve(folder));
  return {
    name: file,
    from: 'file',
    file,
    model: path.basename(file),
    data: file.endsWith('.index.json') ? await filesOf(file) : [],
    ...(await describedIn(path.basename(folder) === 'onnx' ? [folder, up] : [folder])),
  };
}

async function fromFolder({ model: folder, dtype, language }: LanguageChoice): Promise<EncoderSource> {
  const inside = async (below: string): Promise<string[]> =>
    (await readdir(path.join(folder, below)).catch(() => [])).map((name) => `${below}${name}`);
  const names = [...(await inside('')), ...(await inside('onnx/'))];
  const { model, data } = await filesIn(folder, names, dtype);
  const adapter = language === undefined ? undefined : adapterFile(names, language, folder);
  return {
    name: language === undefined ? folder : `${folder}:${language}`,
    from: 'folder',
    file: path.join(folder, model),
    model,
    ...withAdapter(data, adapter),
    ...roundedWeights(model, dtype),
    ...(await describedIn([folder])),
  };
}

/** Of ONNX files, one in 8 bits was chosen by its exporter's name for it. */
const roundedWeights = (model: string, dtype: Dtype | undefined): Pick<EncoderSource, 'rounds'> =>
  dtype === 'q8' && isWeightFile(model) ? { rounds: true } : {};

const withAdapter = (data: readonly string[], adapter: string | undefined): Pick<EncoderSource, 'data' | 'adapter'> =>
  adapter === undefined ? { data } : { data: [...data, adapter], adapter };

/** ONNX files where there are any, else PyTorch weights. */
async function filesIn(folder: string, names: readonly string[], dtype: Dtype | undefined): Promise<OnnxFiles> {
  const weights = dtypesOf(names).length === 0 ? chooseWeights(names) : undefined;
  if (weights === undefined) return chooseOnnx(names, dtype ?? 'fp32', folder);
  refuseDtype(dtype, folder);
  return { model: weights, data: weights.endsWith('.index.json') ? await filesOf(path.join(folder, weights)) : [] };
}

async function fromHub(choice: LanguageChoice, options: FetchOptions): Promise<EncoderSource> {
  const { model, data, adapter, folder, commit } = await fetchEncoder(choice, options);
  return {
    name: choice.language === undefined ? choice.model : `${choice.model}:${choice.language}`,
    from: 'hub',
    file: path.join(folder, model),
    model,
    ...withAdapter(data, adapter),
    ...roundedWeights(model, choice.dtype),
    ...(await describedIn([folder])),
    commit,
  };
}

/** What folders in Hub layout say of the model in them. */
async function describedIn(folders: readonly string[]): Promise<Pick<EncoderSource, 'preprocessor' | 'config'>> {
  const preprocessor = await findPreprocessor(folders);
  const config = folders.map((folder) => path.join(folder, 'config.json')).find((file) => existsSync(file));
  return {
    ...(preprocessor ? { preprocessor } : {}),
    ...(config === undefined ? {} : { config: (await readJson(config)) as Record<string, unknown> }),
  };
}
