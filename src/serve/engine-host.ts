import type { About } from '../model/about.ts';
import { ComputeThread } from '../onnx/runtime/compute-thread.ts';
import type { MachineChoice } from '../onnx/runtime/machine.ts';
import { mayFail } from '../support/may-fail.ts';
import { WorkError } from '../support/errors.ts';
import { PendingAnswers } from '../support/pending-answers.ts';
import { threadFile } from '../support/threads.ts';
import type { TranscriptSegment } from '../transcribe/continuous-decoder.ts';
import type { Segment } from '../transcribe/segments.ts';
import type { EngineStart, Order, Report } from './engine-thread.ts';
import { closing } from './refusal.ts';

export type Batch = Extract<Report, { batch: unknown }>['batch'];

/** The thread that models on one encoder share, and what is asked of it. */
export class EngineHost {
  /** Told what each batch took. */
  onBatch: (batch: Batch) => void = () => {};
  private readonly thread: ComputeThread;
  private readonly pending: PendingAnswers<TranscriptSegment[]>;
  private lastStream = 0;

  private constructor(thread: ComputeThread) {
    this.thread = thread;
    const { worker } = thread;
    this.pending = new PendingAnswers(worker, new WorkError('the model’s thread ended', 'Start the service again.'));
    worker.on('message', (report: Report) => {
      if ('batch' in report) this.onBatch(report.batch);
      if ('id' in report) this.pending.settle(report);
    });
  }

  /** @throws InputError when a model is none, or the device can't be had */
  static async open(models: readonly string[], machine: MachineChoice): Promise<{ host: EngineHost; abouts: About[] }> {
    const start: EngineStart = { models, device: machine.device, threads: machine.threads };
    const file = threadFile(import.meta.url, 'engine-thread');
    const { thread, ready: abouts } = await ComputeThread.start<About[]>(file, start);
    return { host: new EngineHost(thread), abouts };
  }

  get alive(): boolean {
    return this.pending.isOpen;
  }

  /** A number for a stream of stretches that follow one another. */
  newStream(): number {
    return ++this.lastStream;
  }

  /** @param model its place among those of the thread */
  ask(model: number, stream: number, segment: Segment): Promise<TranscriptSegment[]> {
    // Nobody waits for it any more where the request is gone.
    return mayFail(this.pending.ask((id) => this.tell({ id, model, stream, segment })));
  }

  /** What is still waiting of a stream is not computed any more. */
  over(stream: number): void {
    this.tell({ over: stream });
  }

  /** What is being computed is waited for; whoever still wants an answer is refused. */
  async release(): Promise<void> {
    this.pending.rejectAll(closing());
    await this.thread.end();
  }

  private tell(order: Order): void {
    this.thread.worker.postMessage(order, 'segment' in order ? [order.segment.samples.buffer as ArrayBuffer] : []);
  }
}
