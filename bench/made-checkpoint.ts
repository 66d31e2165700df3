import { mkdir, open, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { architectures } from '../src/encoder/checkpoint/architectures.ts';
import { CheckpointGraph } from '../src/encoder/checkpoint/checkpoint-graph.ts';
import { Random } from '../src/support/random.ts';

/** The shapes of published encoders, as their config.json has them. */
export const SHAPES = {
  'xls-r-300m': {
    model_type: 'wav2vec2',
    hidden_size: 1024,
    num_hidden_layers: 24,
    num_attention_heads: 16,
    intermediate_size: 4096,
    conv_bias: true,
    feat_extract_norm: 'layer',
    do_stable_layer_norm: true,
  },
  'mhubert-147': { model_type: 'hubert', conv_bias: false, feat_extract_norm: 'group', do_stable_layer_norm: false },
  // All as transformers has it by default.
  'w2v-bert-2.0': { model_type: 'wav2vec2-bert' },
} as const;

export type Shape = keyof typeof SHAPES;

const BLOCK = 1 << 20;

/** Writes a checkpoint of a published encoder's exact shape with random weights: config.json and model.safetensors. */
export async function writeMadeCheckpoint(shape: Shape, folder: string): Promise<string> {
  const config = SHAPES[shape];
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'config.json'), JSON.stringify(config));
  const c = new CheckpointGraph(new Map());
  architectures[config.model_type]!.build(c, config, {});
  const tensors = [...c.graph.parameters.values()].map(({ name, dims }) => ({
    name,
    dims: dims as number[],
    size: dims.reduce<number>((a, d) => a * (d as number), 1),
  }));
  const header: Record<string, unknown> = {};
  let offset = 0;
  for (const { name, dims, size } of tensors)
    header[name] = { dtype: 'F32', shape: dims, data_offsets: [offset, (offset += 4 * size)] };
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  const random = new Random(shape);
  const block = Float32Array.from({ length: BLOCK }, () => random.normal());
  const file = path.join(folder, 'model.safetensors');
  const handle = await open(file, 'w');
  try {
    await handle.writeFile(length);
    await handle.writeFile(json);
    for (const [i, { name, dims, size }] of tensors.entries()) {
      const fanIn = dims.length === 1 ? 100 : size / dims[0]!;
      // No two alike: what is alike could be kept but once.
      const scaled = block.map(
        (_, at) => (/norm\.weight$|_g$|original0$/.test(name) ? 1 : 0) + block[(at + i) % BLOCK]! / Math.sqrt(fanIn),
      );
      for (let done = 0; done < size; done += BLOCK)
        await handle.writeFile(new Uint8Array(scaled.buffer, 0, 4 * Math.min(BLOCK, size - done)));
    }
  } finally {
    await handle.close();
  }
  return file;
}
