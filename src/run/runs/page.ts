import path from 'node:path';
import { renderRuns } from '../../report/runs-page.ts';
import { writeAtomic } from '../../support/files.ts';
import type { RunSummary } from './summary.ts';

/** Writes a page over runs, with links to their reports. */
export async function writeRunsPage(file: string, runs: readonly RunSummary[]): Promise<void> {
  const from = path.dirname(path.resolve(file));
  const rows = runs.map((run) => ({
    ...run,
    name: path.basename(run.folder),
    ...(run.test ? { report: linkTo(from, path.join(run.folder, 'report.html')) } : {}),
  }));
  await writeAtomic(file, renderRuns(rows, new Date().toISOString()));
}

const linkTo = (from: string, file: string): string =>
  path.relative(from, path.resolve(file)).split(path.sep).map(encodeURIComponent).join('/');
