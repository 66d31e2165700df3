import type { TranscriptSegment } from '../../transcribe/continuous-decoder.ts';
import type { FromThread, ToThread, WebModel } from './messages.ts';

/** The source of thread.ts, bundled. */
declare const THREAD: string;

/** The model on a thread of its own. One recording at a time. */
export class Recogniser {
  private readonly thread: Worker;
  private hear: (message: FromThread) => void = () => {};

  private constructor(thread: Worker) {
    this.thread = thread;
    thread.onmessage = ({ data }: MessageEvent<FromThread>) => this.hear(data);
  }

  /** @param onPart told how much of the model is loaded, 0 to 1 */
  static async load(model: WebModel, onPart: (share: number) => void): Promise<Recogniser> {
    const thread = new Worker(URL.createObjectURL(new Blob([THREAD], { type: 'text/javascript' })));
    const recogniser = new Recogniser(thread);
    const all = model.model.length + model.runtime.length;
    let loaded = 0;
    const read = (names: string[]): Promise<ArrayBuffer> => bytesOf(names, () => onPart(++loaded / all));
    const [runtime, graph] = [await read(model.runtime), await read(model.model)];
    const ready = recogniser.until('ready', () => {});
    recogniser.tell({ model, graph, runtime }, [graph, runtime]);
    await ready;
    return recogniser;
  }

  /** @returns when all that was sent by then has been heard */
  begin(
    kind: 'recording' | 'live',
    onSegment: (segment: TranscriptSegment) => void,
    onHeard: (seconds: number) => void,
  ): Promise<void> {
    const done = this.until('done', (message) => {
      if ('segment' in message) onSegment(message.segment);
      if ('heard' in message) onHeard(message.heard);
    });
    this.tell({ begin: kind });
    return done;
  }

  /** @param samples 16 kHz mono */
  send(samples: Float32Array): void {
    this.tell({ samples }, [samples.buffer as ArrayBuffer]);
  }

  end(): void {
    this.tell({ end: true });
  }

  private tell(message: ToThread, transfer: Transferable[] = []): void {
    this.thread.postMessage(message, transfer);
  }

  private until(last: 'ready' | 'done', other: (message: FromThread) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.thread.onerror = ({ message }) => reject(new Error(message));
      this.hear = (message) => {
        if ('failed' in message) reject(new Error(message.failed));
        else if (last in message) resolve();
        else other(message);
      };
    });
  }
}

/**
 * Bytes from scripts that hold them in base64. A page that is opened from a folder may read scripts, and nothing else
 * that lies beside it.
 */
async function bytesOf(names: readonly string[], onPart: () => void): Promise<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  for (const name of names) {
    const text = await textIn(name);
    parts.push(Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0)));
    onPart();
  }
  return new Blob(parts as BlobPart[]).arrayBuffer();
}

function textIn(name: string): Promise<string> {
  return new Promise((resolve, reject) => {
    (self as unknown as { part: (text: string) => void }).part = resolve;
    const script = document.createElement('script');
    script.src = name;
    script.onload = () => script.remove();
    script.onerror = () => reject(new Error(`${name} is missing: copy the whole folder again`));
    document.head.append(script);
  });
}
