import { BaseCommand } from '../../cli/base-command.ts';
import { columns, megabytes } from '../../cli/format.ts';
import { CACHES, listCaches, type CacheList } from '../../run/index.ts';

export default class CacheListCommand extends BaseCommand {
  static override summary = 'What is kept between runs, how large it is, and when it was last used.';
  static override examples = ['<%= config.bin %> <%= command.id %>'];

  async run(): Promise<CacheList> {
    await this.parse(CacheListCommand);
    const listed = await listCaches();
    const rows = listed.caches.map(({ cache, files, bytes, used }) => [
      `${cache}: ${CACHES[cache]}`,
      String(files),
      megabytes(bytes),
      used?.slice(0, 16).replace('T', ' ') ?? '',
    ]);
    this.log(`${columns([[listed.folder, 'files', 'MB', 'last used'], ...rows])}`);
    if (listed.limit !== undefined) this.log(`\n${megabytes(listed.limit)} MB at most, without hub`);
    if (listed.users > 0) this.log(`\n${listed.users} at work with it now`);
    return listed;
  }
}
