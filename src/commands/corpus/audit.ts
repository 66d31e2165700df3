import { Args } from '@oclif/core';
import { BaseCommand } from '../../cli/base-command.ts';
import { alikeLines } from '../../cli/alike.ts';
import { columns } from '../../cli/format.ts';
import { auditCorpus, type Audit } from '../../corpus/index.ts';

const MOST_SHOWN = 20;

export default class CorpusAudit extends BaseCommand {
  static override summary = 'Listen through a corpus: damage, noise, clipping, transcripts that don’t fit.';
  static override description =
    'Exit code 3 when there are errors (recordings that can’t be used); warnings alone are fine.';
  static override examples = ['<%= config.bin %> <%= command.id %> asterisk-it'];
  static override args = {
    corpus: Args.string({ required: true, description: 'a corpus in ./corpora, or a folder with a manifest.jsonl' }),
  };

  async run(): Promise<Audit> {
    const { args } = await this.parse(CorpusAudit);
    const audit = await auditCorpus(args.corpus, { progress: this.progress, signal: this.signal });
    this.log(`${audit.utterances} utterances, ${(audit.seconds / 60).toFixed(1)} minutes\n`);
    this.log(
      columns([
        ['', 'least', 'median', 'most'],
        ...audit.measures.map((m) => [
          `${m.name} (${m.unit})`,
          m.least.toFixed(1),
          m.median.toFixed(1),
          m.most.toFixed(1),
        ]),
      ]),
    );
    const errors = audit.findings.filter((f) => f.severity === 'error');
    this.log(`\n${errors.length} errors, ${audit.findings.length - errors.length} warnings`);
    for (const severity of ['error', 'warning'] as const) {
      const found = audit.findings.filter((f) => f.severity === severity);
      const items = found.map(({ item, what }) => ({ item, reason: what }));
      for (const line of alikeLines(items, MOST_SHOWN)) this.log(`  ${severity}  ${line}`);
    }
    if (errors.length > 0) process.exitCode = 3;
    return audit;
  }
}
