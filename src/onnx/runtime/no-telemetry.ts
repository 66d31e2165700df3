import { isMainThread } from 'node:worker_threads';
import { InputError } from '../../support/errors.ts';

/*
 * ONNX Runtime notes what it is used for in a database of its own and sends it to its makers, unless this variable is
 * set before it is loaded. Field recordings are confidential. A worker thread has a copy of the environment that the
 * library doesn't see: there it is too late to set it.
 */
const OFF = 'ORT_DISABLE_TELEMETRY';

if (process.env[OFF] !== '1') {
  if (!isMainThread)
    throw new InputError(
      `isogloss was loaded in a worker thread before ${OFF}=1 was set: ONNX Runtime would send telemetry`,
      `Set ${OFF}=1, or import isogloss in the main thread before the worker starts.`,
    );
  process.env[OFF] = '1';
}
