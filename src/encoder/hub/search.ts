import { z } from 'zod';
import { editDistance } from '../../support/edit-distance.ts';
import { ask } from './request.ts';
import { endpoint } from './settings.ts';

const MOST_NAMED = 3;

/**
 * Repositories of like names, the likest first: a help in an error, so whatever goes wrong here is nothing to tell.
 * @param filter only those with this tag, e.g. `onnx`
 */
export async function repositoriesLike(id: string, filter?: string): Promise<string[]> {
  const name = id.split('/').at(-1)!;
  const query = new URLSearchParams({ search: name, limit: '20', ...(filter === undefined ? {} : { filter }) });
  try {
    const response = await ask(`${endpoint()}/api/models?${query.toString()}`);
    const found = z.array(z.object({ id: z.string() })).parse(await response.json());
    return found
      .map((model) => model.id)
      .filter((other) => other !== id)
      .sort((a, b) => editDistance(a, id) - editDistance(b, id))
      .slice(0, MOST_NAMED);
  } catch {
    return [];
  }
}
