import { Flags } from '@oclif/core';
import { askWhether, isInteractive } from '../../cli/ask.ts';
import { BaseCommand } from '../../cli/base-command.ts';
import { sizeFlag } from '../../cli/flags.ts';
import { columns, megabytes } from '../../cli/format.ts';
import { CACHE_NAMES, clearCaches, planClearing, type CacheEntry } from '../../run/index.ts';

export default class CacheClear extends BaseCommand {
  static override summary = 'Delete what is kept between runs, or down to a size what was used longest ago.';
  static override description =
    'All of it is made anew when it is needed. Says first what would go, and asks; without a terminal, only --yes ' +
    'deletes. Files from the Hub stay unless they are named.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> --keep 20GB --yes',
    '<%= config.bin %> <%= command.id %> --cache features',
  ];
  static override flags = {
    cache: Flags.option({
      options: CACHE_NAMES,
      multiple: true,
      multipleNonGreedy: true,
      description: 'which; all but hub, if not said',
    })(),
    keep: sizeFlag({ description: 'how much may stay: 500MB, 20GB; nothing, if not said', helpValue: 'SIZE' }),
    yes: Flags.boolean({ description: 'delete without asking' }),
  };

  async run(): Promise<{ going: CacheEntry[]; deleted: boolean }> {
    const { flags } = await this.parse(CacheClear);
    const going = await planClearing({ caches: flags.cache, keep: flags.keep });
    const bytes = (entries: readonly CacheEntry[]): number => entries.reduce((sum, entry) => sum + entry.bytes, 0);
    const rows = CACHE_NAMES.map((name) => going.filter(({ cache }) => cache === name))
      .filter((own) => own.length > 0)
      .map((own) => [own[0]!.cache, String(own.length), megabytes(bytes(own))]);
    this.log(rows.length > 0 ? columns([['', 'files', 'MB'], ...rows]) : 'nothing to delete');
    const deleted = going.length > 0 && (flags.yes || (await this.confirmed(going.length, bytes(going))));
    if (deleted) await clearCaches(going);
    return { going, deleted };
  }

  private async confirmed(files: number, bytes: number): Promise<boolean> {
    if (!this.jsonEnabled() && isInteractive())
      return askWhether(`Delete these ${files} files (${megabytes(bytes)} MB)?`, this.signal);
    this.logToStderr('nothing was deleted: --yes deletes it');
    return false;
  }
}
