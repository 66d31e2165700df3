import { InputError, WorkError, type IsoglossError } from '../../support/errors.ts';
import { repositoriesLike } from './search.ts';
import { endpoint, token } from './settings.ts';

/** What was asked of the Hub. */
export interface Asked {
  id: string;
  revision: string;
  /** A file's name in the repository. */
  file?: string;
}

/**
 * What a refusal of the Hub means, and what to do. It says so in the header X-Error-Code; to those it doesn't know, it
 * gives the same answer for a private repository as for one that doesn't exist.
 */
export async function refusal(response: Response, asked: Asked): Promise<IsoglossError> {
  await response.body?.cancel();
  const code = response.headers.get('x-error-code');
  const { id, revision, file } = asked;
  if (response.status === 404 && code === 'EntryNotFound')
    return new InputError(
      `${id} has no file ${file ?? ''} at ${revision}`,
      'Name another revision of it (`encoder.revision`).',
    );
  if (response.status === 404 && code === 'RevisionNotFound')
    return new InputError(
      `${id} has no revision ${revision}`,
      `Set \`encoder.revision\` to a branch, tag or commit of ${endpoint()}/${id}, or leave it out.`,
    );
  if (code === 'GatedRepo')
    return new InputError(`${id} is gated: its owners let only those in who accept their terms`, gatedNext(id));
  if (response.status === 401 || response.status === 403 || response.status === 404)
    return notFound(response.status, id);
  return new WorkError(`the Hub answers HTTP ${response.status} for ${id}`, 'Try again later; what is there is kept.');
}

function gatedNext(id: string): string {
  const account =
    token() === undefined
      ? 'then set HF_TOKEN to a token of your account'
      : 'with the account that the token in HF_TOKEN is of; a fine-grained token needs the right ' +
        'to read gated repositories';
  return `Accept the terms at ${endpoint()}/${id}, ${account} (${endpoint()}/settings/tokens).`;
}

/** A name may be meant as a folder's: it has the form of a repository's too. */
export const noFolder = (id: string): string => `If a folder was meant: there is no ${id} here.`;

async function notFound(status: number, id: string): Promise<InputError> {
  const like = await repositoriesLike(id);
  const meant = `${like.length > 0 ? ` Did you mean ${like.join(', ')}?` : ''} ${noFolder(id)}`;
  if (token() === undefined)
    return new InputError(
      `there is no public repository ${id} on the Hub (HTTP ${status})`,
      `Check the name; a private one needs a token of your account in HF_TOKEN.${meant}`,
    );
  if (status === 404)
    return new InputError(
      `there is no repository ${id} on the Hub`,
      `Check the name, and that the account of the token in HF_TOKEN may see it.${meant}`,
    );
  return new InputError(
    `the Hub doesn't let the token in HF_TOKEN read ${id} (HTTP ${status})`,
    `Check that the token is still valid and may read it: ${endpoint()}/settings/tokens.${meant}`,
  );
}
