import './no-telemetry.ts';
import type { TransferListItem, Worker } from 'node:worker_threads';
import { startThread } from '../../support/threads.ts';
import { BUSY, STOP } from './session-flags.ts';

const open = new Set<ComputeThread>();
const stopAll = (): void => open.forEach((thread) => thread.stop());

/** What each thread is started with, besides what it needs itself: what its owner and it both see. */
export interface Flagged {
  flags: Int32Array;
}

/** To the thread: that this was the last message. It releases what it has, and closes its port. */
export interface Release {
  release: true;
}

/**
 * A thread on which ONNX Runtime computes, `whileBusy`. One that is ended while it does takes the process along: the
 * binding throws where nobody catches. So it ends by itself, and whoever ends the process waits until nothing is
 * computed, a second or so.
 */
export class ComputeThread {
  readonly worker: Worker;
  /** When it has ended. */
  private readonly ended: Promise<void>;
  private readonly flags: Int32Array;

  private constructor(worker: Worker, flags: Int32Array) {
    [this.worker, this.flags] = [worker, flags];
    open.add(this);
    if (open.size === 1) process.on('exit', stopAll);
    this.ended = new Promise((resolve) => worker.once('exit', () => resolve(this.forget())));
  }

  /** @throws what the thread fails with at its start */
  static async start<Ready>(
    file: URL,
    data: object,
    transferList: TransferListItem[] = [],
  ): Promise<{ thread: ComputeThread; ready: Ready }> {
    const flags = new Int32Array(new SharedArrayBuffer(8));
    const workerData = { ...data, flags } satisfies Flagged;
    const { worker, ready } = await startThread<Ready>(file, { workerData, transferList });
    return { thread: new ComputeThread(worker, flags), ready };
  }

  /** What is being computed is waited for, what waits is not computed any more. */
  async end(): Promise<void> {
    if (!Atomics.exchange(this.flags, STOP, 1)) {
      this.worker.ref();
      this.worker.postMessage({ release: true } satisfies Release);
    }
    await this.ended;
  }

  /** Waits until nothing is computed, and sees to it that nothing more is. */
  stop(): void {
    Atomics.store(this.flags, STOP, 1);
    Atomics.wait(this.flags, BUSY, 1);
  }

  private forget(): void {
    open.delete(this);
    if (open.size === 0) process.off('exit', stopAll);
  }
}
