import { BaseCommand } from '../../cli/base-command.ts';
import { verifyCaches, type Verified } from '../../run/index.ts';

export default class CacheVerify extends BaseCommand {
  static override summary = 'Read all that is kept between runs, and remove what is not as it was written.';
  static override description = 'What is removed is made anew when it is needed: no run is wrong by it.';
  static override examples = ['<%= config.bin %> <%= command.id %>'];

  async run(): Promise<Verified> {
    await this.parse(CacheVerify);
    const verified = await verifyCaches({ progress: this.progress, signal: this.signal });
    for (const file of verified.damaged) this.log(`${file}: damaged, removed`);
    this.log(`${verified.files} files read, ${verified.damaged.length} damaged`);
    return verified;
  }
}
