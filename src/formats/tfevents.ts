import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { createCRC32 } from 'hash-wasm';

/** A value at a step of a training. */
export interface Scalar {
  tag: string;
  step: number;
  value: number;
  /** Seconds since 1970. */
  time: number;
}

/** CRC-32C, reflected. */
const CASTAGNOLI = 0x82f63b78;
const MASK_DELTA = 0xa282ead8;

/**
 * Scalars as TensorBoard reads them: TFRecords of `Event` messages, each with the masked CRC-32C of its length and of
 * itself. https://github.com/tensorflow/tensorboard/blob/master/tensorboard/compat/proto/event.proto
 */
export async function writeTfevents(scalars: readonly Scalar[]): Promise<Uint8Array> {
  const hasher = await createCRC32(CASTAGNOLI);
  const checksum = (bytes: Uint8Array): number => {
    const crc = Number.parseInt(hasher.init().update(bytes).digest('hex'), 16);
    return (((crc >>> 15) | (crc << 17)) + MASK_DELTA) >>> 0;
  };
  const events = [versionEvent(scalars[0]?.time ?? 0), ...scalars.map(scalarEvent)];
  return Buffer.concat(events.flatMap((event) => framed(event, checksum)));
}

/** Field numbers of Event: 1 wall_time, 2 step, 3 file_version, 5 summary; of Summary.Value: 1 tag, 2 simple_value. */
function scalarEvent({ tag, step, value, time }: Scalar): Uint8Array {
  const event = new BinaryWriter().tag(1, WireType.Bit64).double(time).tag(2, WireType.Varint).int64(step);
  event.tag(5, WireType.LengthDelimited).fork().tag(1, WireType.LengthDelimited).fork();
  event.tag(1, WireType.LengthDelimited).string(tag).tag(2, WireType.Bit32).float(value);
  return event.join().join().finish();
}

const versionEvent = (time: number): Uint8Array =>
  new BinaryWriter()
    .tag(1, WireType.Bit64)
    .double(time)
    .tag(3, WireType.LengthDelimited)
    .string('brain.Event:2')
    .finish();

function framed(record: Uint8Array, checksum: (bytes: Uint8Array) => number): Uint8Array[] {
  const length = Buffer.alloc(12);
  length.writeBigUInt64LE(BigInt(record.length), 0);
  length.writeUInt32LE(checksum(length.subarray(0, 8)), 8);
  const end = Buffer.alloc(4);
  end.writeUInt32LE(checksum(record), 0);
  return [length, record, end];
}
