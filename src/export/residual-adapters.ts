import type { AdapterSettings } from '../model/about.ts';
import type { Weights } from '../onnx/training/engine.ts';
import { InputError } from '../support/errors.ts';
import type { LaterTensor } from '../support/safetensors.ts';
import { transposed } from './transposed.ts';

/** Those whose blocks transformers gives an adapter (`adapter_attn_dim`), where they normalise first. */
const WITH_PLACE = new Set(['wav2vec2', 'hubert', 'unispeech', 'unispeech-sat']);

/** isogloss's names, and transformers' for the same; matrices are turned around. */
const NAMES = {
  'norm.scale': 'norm.weight',
  'norm.bias': 'norm.bias',
  'down.weight': 'linear_1.weight',
  'down.bias': 'linear_1.bias',
  'up.weight': 'linear_2.weight',
  'up.bias': 'linear_2.bias',
} as const;

/**
 * Residual adapters as the language adapters of MMS (Pratap et al. 2023): the same, behind each block.
 * @param layers blocks that the encoder is left with: a norm of the head's stands behind them. Where the head hears the
 * topmost layer, the encoder's own norm is before the last adapter, which transformers has no place for
 * @returns the tensors, and what config.json says of them
 * @throws InputError where transformers has no such adapters
 */
export function residualAsLanguageAdapters(
  { dims }: AdapterSettings,
  weights: Weights,
  config: Record<string, unknown>,
  layers: number | undefined,
): { tensors: Map<string, LaterTensor>; config: object } {
  const hasPlace = WITH_PLACE.has(String(config.model_type)) && config.do_stable_layer_norm === true;
  if (!hasPlace || config.adapter_attn_dim || layers === undefined)
    throw new InputError(
      'transformers has no place for residual adapters in this model',
      'Train with `adapters: { kind: low-rank }`: those are merged into the weights. Or with a linear head on a ' +
        'lower layer of a large Wav2Vec2 or HuBERT (XLS-R, MMS): there they are what MMS has for its languages.',
    );
  const width = Number(config.hidden_size);
  const tensors = new Map<string, LaterTensor>();
  for (let block = 0; block < layers; block++)
    for (const [ours, theirs] of Object.entries(NAMES)) {
      const data = weights.get(`blocks.${block}.adapter.${ours}`)!;
      const [from, to] = ours.startsWith('down') ? [width, dims] : [dims, width];
      tensors.set(
        `encoder.layers.${block}.adapter_layer.${theirs}`,
        ours.endsWith('.weight')
          ? { dims: [to, from], read: () => transposed(data, from, to) }
          : { dims: [data.length], read: () => data },
      );
    }
  return { tensors, config: { adapter_attn_dim: dims } };
}
