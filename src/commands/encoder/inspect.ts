import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../../cli/base-command.ts';
import { machineFlags } from '../../cli/flags.ts';
import { DTYPES, inspectEncoder, type Inspection } from '../../encoder/index.ts';

export default class EncoderInspect extends BaseCommand {
  static override summary = 'Look into an encoder: layers, frames, weights, operators, and where to cut it.';
  static override description =
    'Takes whatever a recipe’s `encoder.model` takes. Some of it is measured on a few seconds of noise.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> embedded',
    '<%= config.bin %> <%= command.id %> models/xls-r/onnx/model.onnx --json',
    '<%= config.bin %> <%= command.id %> facebook/mms-1b-all:swh',
  ];
  static override args = {
    encoder: Args.string({
      required: true,
      description:
        '`embedded`, an .onnx file, PyTorch weights (model.safetensors, pytorch_model.bin), a folder with either in ' +
        'the layout of the Hugging Face Hub, or a repository there; `NAME:swh` with the adapters for a language',
    }),
  };
  static override flags = {
    dtype: Flags.option({ options: DTYPES, description: 'which of a folder’s or repository’s files' })(),
    revision: Flags.string({ description: 'of a repository on the Hub' }),
    ...machineFlags,
  };

  async run(): Promise<Inspection> {
    const { args, flags } = await this.parse(EncoderInspect);
    const encoder = { model: args.encoder, dtype: flags.dtype, revision: flags.revision };
    const options = { progress: this.progress, signal: this.signal };
    const found = await this.onMachine(flags, () => inspectEncoder(encoder, options));
    this.log(table(found));
    return found;
  }
}

function table(found: Inspection): string {
  const { receptive_field_seconds: field, reach_seconds: reach, fine_tuning: tuning, recommended } = found;
  const milliseconds = (seconds: number): string => `${(1000 * seconds).toFixed(0)} ms`;
  const rows: [string, string][] = [
    [
      'encoder',
      `${found.name}, ` +
        (found.own
          ? 'written by isogloss'
          : found.file.endsWith('.onnx')
            ? 'exported by others'
            : 'from its PyTorch weights'),
    ],
    ['layers', `0–${found.layers - 1}, ${found.dims} dims`],
    ['frames', `${found.frames_per_second} a second (measured)`],
    [
      'receptive field',
      field === null ? 'that of its spectrogram' : `${milliseconds(field)} a frame (its convolutions)`,
    ],
    ['reach', `${reach === null ? 'the whole recording' : milliseconds(reach)} before the first block (measured)`],
    [
      'parameters',
      `${(found.parameters / 1e6).toFixed(2)} M: ${Object.entries(found.weights)
        .map(([type, { numbers }]) => `${(numbers / 1e6).toFixed(2)} M ${type}`)
        .join(', ')}`,
    ],
    [
      'licence',
      found.licence ? `${found.licence.name}${found.licence.commercial ? '' : ': not for what is sold'}` : 'not said',
    ],
    ['memory', `about ${found.memory_megabytes} MB for features`],
    ['speed', `${(1 / found.real_time_factor).toFixed(1)} × as fast as it is spoken (measured)`],
    ['file', `${(found.bytes / 1e6).toFixed(1)} MB`],
    ['inputs', found.inputs.map(({ name, type, dims }) => `${name} ${type} [${dims.join(', ')}]`).join('; ')],
    ['padding', found.padding_is_safe ? 'safe: recordings run side by side' : 'not safe: recordings run one by one'],
    [
      'operators',
      Object.entries(found.operators)
        .map(([op, count]) => `${op} ${count}`)
        .join(', '),
    ],
    [
      'fine-tuning',
      (tuning.trainable === 'all' ? 'all of it' : tuning.trainable) +
        (tuning.why === undefined ? '' : `: ${tuning.why}`),
    ],
    ['recommended cut', `${recommended.cut} (train: ${recommended.train}): ${recommended.reason}`],
  ];
  return rows.map(([what, value]) => `${what.padEnd(16)} ${value}`).join('\n');
}
