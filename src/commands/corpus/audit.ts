import { Args, Flags } from '@oclif/core';
import { describeAudit, describeSuspects } from '../../cli/audit-report.ts';
import { BaseCommand } from '../../cli/base-command.ts';
import { machineFlags } from '../../cli/flags.ts';
import { auditCorpus, type Audit } from '../../corpus/index.ts';
import { aboutOf, findSuspects, writeAuditPage, type Suspicion } from '../../run/index.ts';

type Answer = Audit & { suspicion?: Suspicion };

export default class CorpusAudit extends BaseCommand {
  static override summary = 'Listen through a corpus: damage, noise, clipping, transcripts that don’t fit.';
  static override description =
    'Exit code 3 when there are errors (recordings that can’t be used) or, with --model, suspicious transcripts; ' +
    'warnings alone are fine.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> asterisk-it',
    '<%= config.bin %> <%= command.id %> abui --html abui.html --sentences stories.txt',
    '<%= config.bin %> <%= command.id %> abui --model runs/abui-1a2b3c4d --folds 3',
  ];
  static override args = {
    corpus: Args.string({ required: true, description: 'a corpus in ./corpora, or a folder with a manifest.jsonl' }),
  };
  static override flags = {
    html: Flags.string({ description: 'also write a page with all of it, to look at and listen to' }),
    sentences: Flags.string({
      description: 'a text, a sentence a line: names the ten that would add most to the corpus',
    }),
    model: Flags.string({ description: 'a run: also finds transcripts that its model does not believe' }),
    folds: Flags.integer({
      min: 2,
      dependsOn: ['model'],
      description: 'judge what the model has learnt from by this many others, each trained without a part of it',
    }),
    ...machineFlags,
  };

  async run(): Promise<Answer> {
    const { args, flags } = await this.parse(CorpusAudit);
    const { progress, signal } = this;
    const audit = await auditCorpus(args.corpus, { sentences: flags.sentences, progress, signal });
    this.log(describeAudit(audit));
    const suspicion =
      flags.model === undefined
        ? undefined
        : await this.onMachine(flags, () =>
            findSuspects(args.corpus, flags.model!, { folds: flags.folds, progress, signal }),
          );
    if (suspicion) this.log(`\n${aboutOf(suspicion)}\n${describeSuspects(suspicion.suspects)}`);
    if (flags.html !== undefined) {
      await writeAuditPage(flags.html, args.corpus, audit, suspicion);
      this.log(`\npage  ${flags.html}`);
    }
    const bad = audit.findings.some(({ severity }) => severity === 'error') || (suspicion?.suspects.length ?? 0) > 0;
    if (bad) process.exitCode = 3;
    return { ...audit, ...(suspicion && { suspicion }) };
  }
}
