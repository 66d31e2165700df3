import { InputError } from '../../support/errors.ts';
import { withFile, type FileBytes } from './bytes-of-file.ts';
import { PersistentId, PythonCall, PythonName, readPickle, TAKE_SAFETENSORS } from './pickle.ts';
import { BYTES, damaged, sizeOf, type StoredTensor, type StoredType } from './stored-tensor.ts';
import { readZip, type ZipEntry } from './zip.ts';

/** PyTorch's classes of stored numbers → their types. */
const STORAGES: Readonly<Record<string, StoredType>> = {
  'torch.DoubleStorage': 'F64',
  'torch.FloatStorage': 'F32',
  'torch.HalfStorage': 'F16',
  'torch.BFloat16Storage': 'BF16',
  'torch.LongStorage': 'I64',
  'torch.IntStorage': 'I32',
  'torch.ShortStorage': 'I16',
  'torch.CharStorage': 'I8',
  'torch.ByteStorage': 'U8',
  'torch.BoolStorage': 'BOOL',
};

const REBUILD = 'torch._utils._rebuild_tensor_v2';
const PARAMETER = 'torch._utils._rebuild_parameter';
const ALLOWED = new Set(['collections.OrderedDict', REBUILD, PARAMETER, ...Object.keys(STORAGES)]);

/** A pickle that only says where tensors are is never so long. */
const MOST_PICKLE = 64_000_000;

/**
 * Reads what a file of PyTorch weights (`torch.save` since 1.6: a zip) says of its tensors. The pickle in it is read,
 * never run: only the names of ordered dictionaries, storages and tensors may be in it. Numbers are not read.
 * @throws InputError when it is of the old format, names anything else, or is not whole
 */
export async function readTorchFile(file: string): Promise<Map<string, StoredTensor>> {
  return withFile(file, async (bytes) => {
    await refuseOld(bytes);
    const entries = await readZip(bytes);
    const root = rootOf(file, entries);
    const pickle = entries.get(`${root}data.pkl`)!;
    if (pickle.bytes > MOST_PICKLE) throw damaged(file, `its pickle would be ${pickle.bytes} bytes long`);
    await refuseBigEndian(bytes, entries.get(`${root}byteorder`));
    const value = readPickle(await bytes.read(pickle.offset, pickle.bytes), file, ALLOWED);
    return tensorsIn(value, { file, entries, root });
  });
}

async function refuseOld(bytes: FileBytes): Promise<void> {
  const start = await bytes.read(0, Math.min(4, bytes.size));
  if (start.length === 4 && start.toString('latin1') === 'PK\x03\x04') return;
  const old = start[0] === 0x80;
  throw new InputError(
    old
      ? 'this is a file of PyTorch weights from before version 1.6 (2020), whose format isogloss doesn’t read'
      : 'this is no file of PyTorch weights',
    TAKE_SAFETENSORS,
    { file: bytes.file },
  );
}

/** All of it lies in one folder, `archive/` or the file's name. */
function rootOf(file: string, entries: ReadonlyMap<string, ZipEntry>): string {
  const pickles = [...entries.keys()].filter((name) => /^([^/]+\/)?data\.pkl$/.test(name));
  if (pickles.length !== 1) throw damaged(file, 'this zip is no file of PyTorch weights: it has no data.pkl');
  return pickles[0]!.slice(0, -'data.pkl'.length);
}

async function refuseBigEndian(bytes: FileBytes, entry: ZipEntry | undefined): Promise<void> {
  if (!entry || entry.bytes > 16) return;
  const order = (await bytes.read(entry.offset, entry.bytes)).toString('latin1').trim();
  if (order !== 'little')
    throw new InputError(
      `its numbers are in ${order}-endian order`,
      'Write it on a machine with little-endian order, as almost all are.',
      { file: bytes.file },
    );
}

interface Archive {
  file: string;
  entries: ReadonlyMap<string, ZipEntry>;
  root: string;
}

/** Tensors by name; of a training's checkpoint, those of the model in it. */
function tensorsIn(value: unknown, archive: Archive): Map<string, StoredTensor> {
  if (!(value instanceof Map)) throw damaged(archive.file, 'it holds no weights by name');
  for (const key of ['state_dict', 'model']) {
    const inner: unknown = value.get(key);
    if (inner instanceof Map) return tensorsIn(inner, archive);
  }
  const tensors = new Map<string, StoredTensor>();
  for (const [name, found] of value as Map<unknown, unknown>) {
    const call: unknown = found instanceof PythonCall && found.name === PARAMETER ? found.args[0] : found;
    if (typeof name === 'string' && call instanceof PythonCall && call.name === REBUILD)
      tensors.set(name, tensorOf(name, call, archive));
  }
  if (tensors.size === 0) throw damaged(archive.file, 'it holds no weights by name');
  return tensors;
}

/** `_rebuild_tensor_v2(storage, offset, dims, strides, …)`: offset and strides in numbers, not bytes. */
function tensorOf(name: string, { args: [stored, start, dims, strides] }: PythonCall, archive: Archive): StoredTensor {
  const { file } = archive;
  const wrong = (what: string): InputError => damaged(file, `${JSON.stringify(name)} ${what}`);
  if (
    !(stored instanceof PersistentId) ||
    !isCount(start) ||
    !areCounts(dims) ||
    !areCounts(strides) ||
    dims.length !== strides.length
  )
    throw wrong('is not stored as a tensor is');
  const { type, entry } = storageOf(stored.id, archive, wrong);
  const [offset, bytes] = [start * BYTES[type], sizeOf(dims) * BYTES[type]];
  if (offset + bytes > entry.bytes) throw wrong('needs more numbers than are stored');
  if (!isRowAfterRow(dims, strides))
    throw new InputError(
      `${JSON.stringify(name)} is stored as a view of other numbers, not row after row`,
      'Take the weights as safetensors, which stores no views.',
      { file },
    );
  return { file, offset: entry.offset + offset, bytes, type, dims };
}

/** `('storage', class, key, device, count)` */
function storageOf(
  id: unknown,
  { entries, root }: Archive,
  wrong: (what: string) => InputError,
): { type: StoredType; entry: ZipEntry } {
  const [kind, storage, key] = Array.isArray(id) ? (id as unknown[]) : [];
  const type = storage instanceof PythonName ? STORAGES[storage.name] : undefined;
  const entry = typeof key === 'string' ? entries.get(`${root}data/${key}`) : undefined;
  if (kind !== 'storage' || !type || !entry) throw wrong('is not stored in this file');
  return { type, entry };
}

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
const areCounts = (value: unknown): value is number[] =>
  Array.isArray(value) && value.length <= 16 && value.every(isCount);

function isRowAfterRow(dims: readonly number[], strides: readonly number[]): boolean {
  let step = 1;
  for (let axis = dims.length - 1; axis >= 0; axis--) {
    // Where there is one place or none, the step to the next says nothing.
    if (dims[axis]! > 1 && strides[axis] !== step) return false;
    step *= dims[axis]!;
  }
  return true;
}
