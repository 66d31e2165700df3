import { InputError } from '../../support/errors.ts';

/** In what numbers an encoder's weights are stored → what transformers.js puts after the name of such a file. */
const SUFFIXES = {
  fp32: '',
  fp16: '_fp16',
  q8: '_quantized',
  int8: '_int8',
  uint8: '_uint8',
  q4: '_q4',
  q4f16: '_q4f16',
  bnb4: '_bnb4',
} as const;

export type Dtype = keyof typeof SUFFIXES;
export const DTYPES = Object.keys(SUFFIXES) as Dtype[];

/** An encoder's files in a folder in Hub layout, by their names in it. */
export interface OnnxFiles {
  model: string;
  /** Weights that lie beside the model: `….onnx_data`. */
  data: string[];
}

/**
 * Chooses the .onnx file of a dtype among the names of a repository's files: `onnx/model.onnx` as transformers.js has
 * it, or `model.onnx` as Optimum writes it; `encoder_model.onnx` where encoder and decoder are apart.
 * @throws InputError naming what is there, when that is not
 */
export function chooseOnnx(names: readonly string[], dtype: Dtype, where: string): OnnxFiles {
  const model = candidates(dtype).find((name) => names.includes(name));
  if (model !== undefined) return { model, data: names.filter((name) => isDataOf(name, model)) };
  const there = dtypesOf(names);
  if (there.length > 0)
    throw new InputError(
      `${where} has no encoder in ${dtype}; it has ${there.join(', ')}`,
      `Set \`encoder.dtype: ${there[0]}\`.`,
    );
  const others = names.filter((name) => name.endsWith('.onnx'));
  throw new InputError(
    `${where} has no onnx/model.onnx and no ` +
      `model.safetensors${others.length > 0 ? `, but ${others.slice(0, 5).join(', ')}` : ''}`,
    'Name the .onnx file itself as `encoder.model`.',
  );
}

/** The dtypes that a repository has an encoder in. */
export const dtypesOf = (names: readonly string[]): Dtype[] =>
  DTYPES.filter((dtype) => candidates(dtype).some((name) => names.includes(name)));

function candidates(dtype: Dtype): string[] {
  return ['onnx/', ''].flatMap((folder) =>
    ['model', 'encoder_model'].map((base) => `${folder}${base}${SUFFIXES[dtype]}.onnx`),
  );
}

/** `model.onnx_data`, `model.onnx_data_1` (transformers.js, Optimum), `model.onnx.data` (PyTorch). */
const isDataOf = (name: string, model: string): boolean =>
  name.startsWith(model) && /^(_data(_\d+)?|\.data)$/.test(name.slice(model.length));
