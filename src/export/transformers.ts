import { toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema } from 'onnx-buf';
import path from 'node:path';
import {
  CONV_KERNELS,
  CONV_STRIDES,
  hearsLogMel,
  type Architecture,
  type ConvolutionalArchitecture,
} from '../encoder/own/architecture.ts';
import { staysExact } from '../encoder/own/exact.ts';
import { halved, quantised } from '../onnx/file/quantise.ts';
import { writeAtomic, writeJson } from '../support/files.ts';
import { SAMPLE_RATE } from '../audio/format.ts';
import { BLANK, DELIMITER, UNKNOWN, type Vocabulary } from '../text/vocabulary.ts';
import { wholeGraph, type WholeModel } from './graph.ts';
import { torchWeights } from './weights.ts';
import type { About } from '../model/about.ts';

/** What an export is made of: a model folder, read. */
export interface Parts {
  about: About;
  whole: WholeModel;
  vocabulary: Vocabulary;
  architecture: Architecture;
  /** README.md of the export. */
  card: string;
}

/**
 * A folder in the layout of the Hugging Face Hub: `onnx/model.onnx` for transformers.js and Optimum, at three sizes;
 * and, where the model is a Wav2Vec2ForCTC number by number, `model.safetensors` for transformers in Python.
 * @returns the files written, by their names in the folder
 */
export async function exportTransformers(parts: Parts, folder: string): Promise<string[]> {
  const { vocabulary, whole } = parts;
  const graph = wholeGraph(
    whole,
    { name: 'input_values', standardise: false },
    { language: parts.about.language, name: parts.about.name },
  );
  const weights = torchWeights(parts);
  const files: [string, Uint8Array | Uint8Array[] | object | string][] = [
    ['onnx/model.onnx', toBinary(ModelProtoSchema, graph)],
    ['onnx/model_fp16.onnx', toBinary(ModelProtoSchema, halved(graph))],
    ['onnx/model_quantized.onnx', toBinary(ModelProtoSchema, quantised(graph, staysExact(parts.architecture)))],
    ...(weights ? [['model.safetensors', weights.pieces] satisfies [string, Uint8Array[]]] : []),
    ['vocab.json', vocabulary.toJson()],
    ['tokenizer.json', tokenizer(vocabulary)],
    ['tokenizer_config.json', TOKENIZER_CONFIG],
    ['special_tokens_map.json', { pad_token: BLANK, unk_token: UNKNOWN }],
    ['preprocessor_config.json', PREPROCESSOR],
    ['README.md', parts.card],
    // Last: a folder that has it is whole.
    ['config.json', config(parts, weights?.layers ?? parts.architecture.blocks)],
  ];
  for (const [name, content] of files) {
    const file = path.join(folder, name);
    if (typeof content === 'string' || content instanceof Uint8Array || Array.isArray(content))
      await writeAtomic(file, content);
    else await writeJson(file, content);
  }
  return files.map(([name]) => name);
}

/** The encoder's shape in the words of transformers' Wav2Vec2Config. */
function config({ architecture, vocabulary }: Parts, layers: number): object {
  return {
    architectures: ['Wav2Vec2ForCTC'],
    model_type: 'wav2vec2',
    hidden_size: architecture.dims,
    num_hidden_layers: layers,
    num_attention_heads: architecture.heads,
    intermediate_size: architecture.feedForward,
    hidden_act: hearsLogMel(architecture) ? 'gelu' : 'relu',
    layer_norm_eps: 1e-5,
    do_stable_layer_norm: true,
    ...(hearsLogMel(architecture) ? {} : convolutionsOf(architecture)),
    vocab_size: vocabulary.size,
    pad_token_id: vocabulary.blank,
    bos_token_id: null,
    eos_token_id: null,
    ctc_loss_reduction: 'mean',
    ctc_zero_infinity: true,
  };
}

/** What makes frames of the sound. A log-mel spectrogram has no words in that config: it is inside the graph. */
const convolutionsOf = (architecture: ConvolutionalArchitecture): object => ({
  num_feat_extract_layers: architecture.convWidths.length,
  conv_dim: architecture.convWidths,
  conv_kernel: CONV_KERNELS,
  conv_stride: CONV_STRIDES,
  conv_bias: false,
  feat_extract_norm: 'layer',
  feat_extract_activation: 'relu',
  num_conv_pos_embeddings: architecture.positionKernel,
  num_conv_pos_embedding_groups: architecture.positionGroups,
});

export const PREPROCESSOR = {
  feature_extractor_type: 'Wav2Vec2FeatureExtractor',
  processor_class: 'Wav2Vec2Processor',
  sampling_rate: SAMPLE_RATE,
  feature_size: 1,
  do_normalize: true,
  return_attention_mask: true,
  padding_side: 'right',
  padding_value: 0,
};

export const TOKENIZER_CONFIG = {
  tokenizer_class: 'Wav2Vec2CTCTokenizer',
  processor_class: 'Wav2Vec2Processor',
  bos_token: null,
  eos_token: null,
  pad_token: BLANK,
  unk_token: UNKNOWN,
  word_delimiter_token: DELIMITER,
  replace_word_delimiter_char: ' ',
  do_lower_case: false,
  // The text stands as the head wrote it: no space is taken from before a full stop.
  clean_up_tokenization_spaces: false,
};

/**
 * How transformers.js writes text from ids. The blank is no "special token" here: those are dropped before repeats are
 * joined, and it is the blank that keeps the two letters of a double one apart.
 */
export function tokenizer(vocabulary: Vocabulary): object {
  const replace = (pattern: object, content: string): object => ({ type: 'Replace', pattern, content });
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: replace({ String: ' ' }, DELIMITER),
    pre_tokenizer: { type: 'Split', pattern: { Regex: '' }, behavior: 'Isolated', invert: false },
    post_processor: null,
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'CTC', pad_token: BLANK, word_delimiter_token: DELIMITER, cleanup: false },
        { type: 'Fuse' },
        replace({ String: UNKNOWN }, ''),
        replace({ String: DELIMITER }, ' '),
        replace({ Regex: '\\s+' }, ' '),
      ],
    },
    model: { vocab: vocabulary.toJson() },
  };
}
