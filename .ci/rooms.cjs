/**
 * The rooms of src/: what each holds and whom it may import, besides `support`, which is open to all but the commands. No
 * two rooms know each other both ways. `library` opens the public library: src/index.ts and the index.ts of every room
 * that has one. .dependency-cruiser.cjs checks it, and `npm run rooms` draws the table in docs/development.md.
 */
module.exports = {
  support: { holds: 'files, errors with codes, locks, progress, random numbers', imports: [] },
  formats: { holds: 'one file a format, pure: text or bytes ↔ records, both ways', imports: [] },
  audio: { holds: 'ffmpeg, 16 kHz mono float32, WAV, duration, quality, cache', imports: [] },
  augment: { holds: 'speed, noise, rooms, telephone, codecs', imports: ['audio'] },
  text: { holds: 'normalisation, graphemes, phones, numbers, vocabulary', imports: [] },
  ctc: { holds: 'loss and gradient', imports: [] },
  queue: { holds: 'jobs on a Redis or Valkey server: asking for them, taking them', imports: [] },
  recipe: { holds: 'the schema, loading, defaults, hash', imports: ['text'] },
  onnx: {
    holds:
      '`graph/` operators and layers, `autodiff/` a rule beside its family of operators, `file/` protobuf and external data, `runtime/` sessions and devices, `training/` the engine and AdamW',
    imports: [],
  },
  lm: { holds: 'n-gram models: estimating, ARPA and binary files, looking up', imports: ['recipe', 'text'] },
  decode: { holds: 'greedy and beam search, fusion, hotwords, word times', imports: ['lm'] },
  corpus: {
    holds:
      '`Utterance`, the one record; manifest, split, audit; `importers/` one file each in one registry, `fetch/` gets what they read',
    imports: ['audio', 'text', 'formats'],
  },
  encoder: {
    holds:
      '`own/` the embedded network, `exported/` others’ ONNX, `hub/` the Hugging Face Hub; features and their cache',
    imports: ['audio', 'onnx', 'text'],
  },
  head: { holds: 'linear, mlp, transformer; learned layer weights', imports: ['onnx'] },
  evaluate: { holds: 'one alignment that every measure reads; intervals; paired tests', imports: ['formats', 'text'] },
  model: {
    holds: 'the model folder: read, run, decode',
    imports: ['audio', 'decode', 'encoder', 'evaluate', 'head', 'lm', 'onnx', 'text'],
  },
  dataset: {
    holds: 'recipe and corpus → examples: normalise, split, targets',
    imports: ['audio', 'corpus', 'ctc', 'encoder', 'recipe', 'text'],
  },
  train: {
    holds: 'the loop, schedules, checkpoints, stages, averaging, memory',
    imports: ['audio', 'augment', 'ctc', 'dataset', 'decode', 'encoder', 'head', 'model', 'onnx', 'recipe', 'text'],
  },
  export: {
    holds: 'transformers, onnx, sherpa, ELAN, a page for browsers (`client/`); cards',
    imports: ['audio', 'corpus', 'encoder', 'evaluate', 'formats', 'model', 'onnx', 'recipe', 'text'],
  },
  report: { holds: 'one self-contained page a run or comparison', imports: ['evaluate', 'recipe'] },
  transcribe: {
    holds: 'files and folders → transcripts',
    imports: ['audio', 'encoder', 'evaluate', 'formats', 'model', 'onnx', 'queue'],
  },
  serve: {
    holds:
      'models by HTTP: transcriptions as OpenAI’s service has them, live sound, limits, metrics; the queues’ board',
    imports: ['audio', 'encoder', 'formats', 'model', 'onnx', 'queue', 'transcribe'],
  },
  run: {
    holds: 'the main job, its findings, its report; models on other corpora',
    imports: [
      ...['audio', 'augment', 'corpus', 'ctc', 'dataset', 'decode', 'encoder', 'evaluate', 'export', 'formats', 'lm'],
      ...['model', 'onnx', 'queue', 'recipe', 'report', 'text', 'train', 'transcribe'],
    ],
  },
  doctor: { holds: 'what this machine has and what is missing', imports: ['audio', 'encoder', 'onnx'] },
  json: { holds: 'what commands print with --json, as schemas', imports: ['onnx', 'recipe'], library: true },
  cli: {
    holds: 'the base command: flags, errors, exit codes, progress; words for people',
    imports: ['onnx'],
    library: true,
  },
  commands: { holds: 'flags in, one call, output', imports: ['cli'], library: true, support: false },
};
