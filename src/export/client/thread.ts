import * as ort from 'onnxruntime-web/wasm';
import { Decoder } from '../../model/decoder.ts';
import { Endpoints } from '../../transcribe/endpoints.ts';
import { Vocabulary } from '../../text/vocabulary.ts';
import { ContinuousDecoder } from '../../transcribe/continuous-decoder.ts';
import { cutWhileDecoding, endOf } from '../../transcribe/segments.ts';
import type { FromThread, ToThread, WebModel } from './messages.ts';

/** The thread beside the page: it runs the model and decodes what comes of it, as `isogloss transcribe` does. */
const LONGEST_SEGMENT_SECONDS = 12;

let session: ort.InferenceSession;
let letters: Decoder;
let sound: Sound;

const say = (message: FromThread): void => postMessage(message);

self.onmessage = ({ data }: MessageEvent<ToThread>): void => {
  if ('model' in data) void told(open(data.model, data.graph, data.runtime));
  else if ('begin' in data) void told(transcribe((sound = new Sound()), data.begin === 'live'));
  else if ('samples' in data) sound.push(data.samples);
  else sound.push(undefined);
};

const told = (work: Promise<void>): Promise<void> =>
  work.catch((error: unknown) => say({ failed: error instanceof Error ? error.message : String(error) }));

async function open(model: WebModel, graph: ArrayBuffer, runtime: ArrayBuffer): Promise<void> {
  ort.env.wasm.wasmBinary = runtime;
  // More would need headers that only a server can send.
  ort.env.wasm.numThreads = 1;
  session = await ort.InferenceSession.create(graph, { executionProviders: ['wasm'] });
  letters = new Decoder(Vocabulary.fromJson(model.vocabulary), undefined, {}, model.confidence);
  say({ ready: true });
}

async function transcribe(blocks: Sound, live: boolean): Promise<void> {
  const decoder = new ContinuousDecoder(letters);
  const endpoints = new Endpoints();
  const pauseIn = live ? (own: Float32Array, start: number) => endpoints.find(own, start) : undefined;
  for await (const stretch of cutWhileDecoding(blocks, LONGEST_SEGMENT_SECONDS, pauseIn)) {
    const audio = new ort.Tensor('float32', stretch.samples, [1, stretch.samples.length]);
    const { logits } = await session.run({ audio });
    const output = { logits: logits!.data as Float32Array, frames: logits!.dims[1]! };
    for (const segment of await decoder.add(stretch, output)) if (segment.text !== '') say({ segment });
    say({ heard: endOf(stretch) });
  }
  say({ done: true });
}

/** Sound as it comes from the page. */
class Sound implements AsyncIterable<Float32Array> {
  private readonly waiting: (Float32Array | undefined)[] = [];
  private wake = (): void => {};

  /** @param block nothing at the end */
  push(block: Float32Array | undefined): void {
    this.waiting.push(block);
    this.wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Float32Array> {
    for (;;) {
      while (this.waiting.length === 0) await new Promise<void>((resolve) => (this.wake = resolve));
      const block = this.waiting.shift();
      if (block === undefined) return;
      yield block;
    }
  }
}
