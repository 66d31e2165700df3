import { z } from 'zod';
import { InputError } from '../../support/errors.ts';
import { isCommit, knownCommit, knownFiles, remember } from './cache.ts';
import { noFolder, refusal } from './refusal.ts';
import { ask, Unreachable, type Request } from './request.ts';
import { endpoint } from './settings.ts';

/** A repository in the state of one commit. */
export interface Repository {
  /** owner/name */
  id: string;
  commit: string;
  /** Names of its files. */
  files: readonly string[];
}

const infoSchema = z.object({
  sha: z.string().regex(/^[0-9a-f]{40}$/),
  siblings: z.array(z.object({ rfilename: z.string() })),
});

/**
 * Finds the commit that a revision is on, and its files. A commit that was seen before needs no network; without a
 * network, a branch is taken to be where it was last seen.
 * @throws InputError when the Hub refuses, WorkError when it can't be asked and nothing is known
 */
export async function openRepository(id: string, revision: string, request: Request = {}): Promise<Repository> {
  const before = await known(id, revision);
  if (before && isCommit(revision)) return before;
  try {
    const { commit, files } = await info(id, revision, request);
    await remember(id, revision, commit, files);
    return { id, commit, files };
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    if (!before) throw error.of(`${id} at ${revision}`, noFolder(id));
    request.note?.(`no network: ${id} as it was last seen`);
    return before;
  }
}

async function known(id: string, revision: string): Promise<Repository | undefined> {
  const commit = await knownCommit(id, revision);
  const files = commit === undefined ? undefined : await knownFiles(id, commit);
  return files && { id, commit: commit!, files };
}

/** https://huggingface.co/docs/hub/api */
async function info(id: string, revision: string, request: Request): Promise<{ commit: string; files: string[] }> {
  const response = await ask(`${endpoint()}/api/models/${id}/revision/${encodeURIComponent(revision)}`, request);
  if (!response.ok) throw await refusal(response, { id, revision });
  const parsed = infoSchema.safeParse(await response.json().catch(() => undefined));
  if (!parsed.success) throw new InputError(`${endpoint()} doesn't answer as a Hub does`, 'Check HF_ENDPOINT.');
  return { commit: parsed.data.sha, files: parsed.data.siblings.map((file) => file.rfilename) };
}
