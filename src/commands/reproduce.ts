import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../cli/base-command.ts';
import { machineFlags } from '../cli/flags.ts';
import { columns, percent } from '../cli/format.ts';
import { reproduce, TOLERANCE, type Reproduction } from '../run/index.ts';

export default class Reproduce extends BaseCommand {
  static override summary = 'Run a finished run again, and say whether every figure comes out as it was.';
  static override description =
    'Takes a run’s folder or its archive. Each utterance’s sound and text, and the encoder’s files, are held against ' +
    'their hashes first; where one differs it is named, and nothing is trained.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> runs/italian-10min-1a2b3c4d',
    '<%= config.bin %> <%= command.id %> italian.zip --corpus corpora/mine',
  ];
  static override args = {
    run: Args.string({ required: true, description: 'the folder of a finished run, or an archive of one' }),
  };
  static override flags = {
    corpus: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      description: 'where its corpus is here; of several each, in their order',
    }),
    anyway: Flags.boolean({ description: 'go on where inputs differ' }),
    runs: Flags.string({ default: 'reproduced', description: 'folder that the new run goes to' }),
    ...machineFlags,
  };

  async run(): Promise<Reproduction> {
    const { args, flags } = await this.parse(Reproduce);
    const { corpus, anyway, runs, device, threads } = flags;
    const how = { progress: this.progress, signal: this.signal };
    const done = await reproduce(args.run, { ...how, corpus, anyway, runs, device, threads });
    const row = (part: 'test' | 'dev'): string[] => [
      part,
      ...[done.before[part].cer, done.now[part].cer, done.before[part].wer, done.now[part].wer].map(percent),
    ];
    this.log(columns([['', 'CER then', 'now', 'WER then', 'now'], row('test'), row('dev')]));
    for (const { what, before = 'not known', now } of done.environment) this.log(`${what} is ${now}, it was ${before}`);
    for (const { code, items } of done.inputs) this.log(`${code}: ${items.join(', ')}`);
    this.log(`\n${said(done)}\nrun  ${done.folder}`);
    if (done.outcome === 'apart') process.exitCode = 1;
    return done;
  }
}

function said({ outcome, environment, inputs, known }: Reproduction): string {
  const again = known ? ' (it was run here before)' : '';
  const bound = `${100 * TOLERANCE.cer} point of CER and ${100 * TOLERANCE.wer} of WER`;
  if (outcome === 'identical') return `Every figure is bit for bit what it was${again}.`;
  if (outcome === 'close') return `Within ${bound} of what it was, as can be hoped for on another machine${again}.`;
  return environment.length + inputs.length > 0
    ? `Further than ${bound} from what it was${again}: see above what is different.`
    : `Not what it was${again}, though nothing that is known is different: please report it.`;
}
