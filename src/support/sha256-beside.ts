import { sha256File } from './files.ts';
import { startThread, threadFile } from './threads.ts';

/** A thread takes as long to start as so many bytes to hash. */
const WORTH_A_THREAD = 64 * 1024 ** 2;

/**
 * Hex SHA-256 of a file that is read in a thread of its own, where it is large: while ONNX Runtime loads a model, this
 * one does nothing else.
 * @param size of the file, in bytes
 * @throws what `sha256File` throws
 */
export async function sha256Beside(file: string, size: number): Promise<string> {
  if (size < WORTH_A_THREAD) return sha256File(file);
  const { worker, ready } = await startThread<string>(threadFile(import.meta.url, 'sha256-thread'), {
    workerData: file,
  });
  await worker.terminate();
  return ready;
}
