/** Named float32 tensors in one file, as Hugging Face's safetensors lays them out: header length, JSON header, numbers. */
interface Entry {
  dtype: 'F32';
  shape: number[];
  data_offsets: [number, number];
}

export interface NamedTensor {
  dims: readonly number[];
  data: Float32Array;
}

/**
 * @param metadata what other programs look for, e.g. `{ format: 'pt' }`
 * @returns the file's pieces, to be written one after the other
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, NamedTensor>,
  metadata?: Readonly<Record<string, string>>,
): Uint8Array[] {
  const header: Record<string, Entry | typeof metadata> = metadata ? { __metadata__: metadata } : {};
  let offset = 0;
  for (const [name, { dims, data }] of tensors) {
    header[name] = { dtype: 'F32', shape: [...dims], data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const json = Buffer.from(JSON.stringify(header));
  // The numbers start at a multiple of eight: the header is filled up with spaces.
  const padded = Buffer.alloc(Math.ceil(json.length / 8) * 8, ' ');
  json.copy(padded);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  return [
    length,
    padded,
    ...[...tensors.values()].map(({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  ];
}

/** @throws Error when the bytes are no such file, or hold other than float32 */
export function decodeSafetensors(bytes: Uint8Array): Map<string, NamedTensor> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as Record<string, Entry>;
  const tensors = new Map<string, NamedTensor>();
  for (const [
    name,
    {
      dtype,
      shape,
      data_offsets: [start, end],
    },
  ] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    if (dtype !== 'F32') throw new Error(`${name} is ${String(dtype)}, not F32`);
    const data = new Float32Array((end - start) / 4);
    new Uint8Array(data.buffer).set(bytes.subarray(8 + length + start, 8 + length + end));
    tensors.set(name, { dims: shape, data });
  }
  return tensors;
}
