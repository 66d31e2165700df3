import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The encoders in test/fixtures/encoders, as real exporters wrote them. */
export const exported = [
  'wav2vec2-legacy14',
  'wav2vec2-ctc-legacy17',
  'wav2vec2-stable-legacy17',
  'hubert-legacy14',
  'wavlm-legacy17',
  'data2vec-legacy17',
  'wav2vec2-dynamo18',
  'wav2vec2-stable-dynamo20',
] as const;
export type Exported = (typeof exported)[number];

export interface Golden {
  dims: number[];
  data: Float32Array;
}

export const fixture = (name: string): string =>
  fileURLToPath(new URL(`../fixtures/encoders/${name}`, import.meta.url));

export const modelBytes = (name: Exported): Uint8Array => readFileSync(fixture(`${name}.onnx`));

/** What PyTorch gave for it. */
export function goldenOf(name: string): Map<string, Golden> {
  const index = JSON.parse(readFileSync(fixture(`golden/${name}.json`), 'utf8')) as {
    name: string;
    dims: number[];
    offset: number;
  }[];
  const blob = new Float32Array(new Uint8Array(readFileSync(fixture(`golden/${name}.f32`))).buffer);
  return new Map(
    index.map((part) => [
      part.name,
      { dims: part.dims, data: blob.subarray(part.offset, part.offset + part.dims.reduce((a, d) => a * d, 1)) },
    ]),
  );
}

/** |a − b| / |b|, over those numbers that count. */
export function relativeError(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  counts: (i: number) => boolean = () => true,
): number {
  let difference = 0;
  let size = 0;
  for (let i = 0; i < b.length; i++) {
    if (!counts(i)) continue;
    difference += (a[i]! - b[i]!) ** 2;
    size += b[i]! ** 2;
  }
  return Math.sqrt(difference / size);
}
