/**
 * One of the programs that `transcribe-beside.ts` compares, in a process of its own: `node bench/one-transcriber.mjs NAME MODEL FOLDER`. It loads
 * the model, then for each line on standard input transcribes the folder's WAVs (16 kHz, mono, 16 bit) and says on a line what that took.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';

const THREADS = 2;
const [name, model, folder] = process.argv.slice(2);
const files = readdirSync(folder)
  .sort()
  .map((file) => path.join(folder, file));

const open = { isogloss, 'session.run alone': networkAlone, 'transformers.js': transformers, 'sherpa-onnx': sherpa };
const transcribe = await open[name]();
console.log('ready');
const asked = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
while (!(await asked.next()).done) {
  const measured = await measure(transcribe);
  console.log(JSON.stringify({ ...measured, ...measured.result }));
}
process.exit();

async function measure(work) {
  const [cpuBefore, since] = [process.cpuUsage(), performance.now()];
  const result = await work();
  const { user, system } = process.cpuUsage(cpuBefore);
  return { seconds: (performance.now() - since) / 1000, cpu: (user + system) / 1e6, result };
}

async function isogloss() {
  const { Model } = await import('isogloss/transcribe');
  const loaded = await Model.load(model, { device: 'cpu', threads: THREADS });
  return async () => {
    const texts = [];
    for await (const item of loaded.transcribe(files)) texts.push(item.text);
    return { texts };
  };
}

/** The calls of ONNX Runtime alone, on the same batches of the same sound. */
async function networkAlone() {
  const { InferenceSession } = await import('onnxruntime-node');
  const { Model } = await import('../dist/model/model.js');
  const { makeBatches } = await import('../dist/support/batches.js');
  const loaded = await Model.load(model, { device: 'cpu', threads: THREADS });
  const sounds = files.map(samplesOf);
  const batches = makeBatches(
    sounds.map(({ length }) => Math.floor(length / 320)),
    3000,
  );
  const { run } = InferenceSession.prototype;
  let spent = { seconds: 0, cpu: 0 };
  InferenceSession.prototype.run = async function (...given) {
    const { seconds, cpu, result } = await measure(() => run.apply(this, given));
    spent = { seconds: spent.seconds + seconds, cpu: spent.cpu + cpu };
    return result;
  };
  return async () => {
    spent = { seconds: 0, cpu: 0 };
    for (const { examples } of batches) await loaded.run(examples.map((i) => sounds[i]));
    return spent;
  };
}

async function transformers() {
  const { env, pipeline } = await import('@huggingface/transformers');
  [env.allowRemoteModels, env.allowLocalModels, env.localModelPath] = [false, true, '/'];
  const options = { dtype: 'fp32', session_options: { intraOpNumThreads: THREADS } };
  const recognise = await pipeline('automatic-speech-recognition', path.resolve(model), options);
  return async () => {
    const texts = [];
    for (const file of files) texts.push((await recognise(samplesOf(file))).text);
    return { texts };
  };
}

async function sherpa() {
  const { OfflineRecognizer, readWave } = (await import('sherpa-onnx-node')).default;
  const recogniser = new OfflineRecognizer({
    modelConfig: {
      omnilingual: { model: path.join(model, 'model.onnx') },
      tokens: path.join(model, 'tokens.txt'),
      numThreads: THREADS,
      debug: 0,
    },
  });
  return () => {
    const texts = files.map((file) => {
      const stream = recogniser.createStream();
      stream.acceptWaveform(readWave(file));
      recogniser.decode(stream);
      return recogniser.getResult(stream).text.replace(/\s+/g, ' ').trim();
    });
    return { texts };
  };
}

/** Of a WAV as `writeWav` writes it: 44 bytes, then the samples. */
function samplesOf(file) {
  const bytes = readFileSync(file);
  return Float32Array.from(new Int16Array(bytes.buffer.slice(bytes.byteOffset + 44)), (x) => x / 32768);
}
