import { z } from 'zod';
import { knownCommit, remember } from './cache.ts';
import { openRepository, type Repository } from './repository.ts';
import { ask, Unreachable, type Request } from './request.ts';
import { endpoint } from './settings.ts';

/** The Hub's own robot, which turns weights into safetensors. Anyone may open a pull request: others' are not taken. */
const ROBOT = 'SFconvertbot';
/** As what the commit of the conversion is remembered. */
export const CONVERTED = 'converted to safetensors';

const discussionsSchema = z.object({
  discussions: z.array(
    z.object({
      num: z.number().int().positive(),
      isPullRequest: z.boolean(),
      status: z.string(),
      author: z.object({ name: z.string() }).optional().catch(undefined),
    }),
  ),
});

/**
 * The state of a repository in the pull request with which the Hub's robot offers its weights as safetensors: many old
 * repositories have them nowhere else. https://huggingface.co/docs/safetensors/convert-weights
 * @returns undefined where there is none
 */
export async function conversionOf(id: string, request: Request = {}): Promise<Repository | undefined> {
  try {
    for (const number of await conversions(id, request)) {
      const repository = await openRepository(id, `refs/pr/${number}`, request);
      if (!hasSafetensors(repository)) continue;
      await remember(id, CONVERTED, repository.commit, repository.files);
      return repository;
    }
    return undefined;
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    const commit = await knownCommit(id, CONVERTED);
    return commit === undefined ? undefined : openRepository(id, commit, request);
  }
}

const hasSafetensors = ({ files }: Repository): boolean =>
  files.some((name) => name === 'model.safetensors' || name === 'model.safetensors.index.json');

/** Numbers of the robot's open pull requests, the latest first. Where the Hub doesn't tell, there is none to take. */
async function conversions(id: string, request: Request): Promise<number[]> {
  const query = new URLSearchParams({ type: 'pull_request', status: 'open', author: ROBOT });
  const response = await ask(`${endpoint()}/api/models/${id}/discussions?${query.toString()}`, request);
  const parsed = discussionsSchema.safeParse(await response.json().catch(() => undefined));
  if (!response.ok || !parsed.success) return [];
  const open = parsed.data.discussions.filter(
    ({ isPullRequest, status, author }) => isPullRequest && status === 'open' && author?.name === ROBOT,
  );
  return open.map(({ num }) => num).sort((a, b) => b - a);
}
