import type { Redis } from 'ioredis';
import { InputError, messageOf } from '../support/errors.ts';

/**
 * A connection to Redis or Valkey, which comes back by itself when the server was away.
 * @param url `redis://[user:password@]host[:port][/database]`; `rediss://` is encrypted
 * @throws InputError when there is no server
 */
export async function connected(url: string): Promise<Redis> {
  const { Redis: Client } = await import('ioredis');
  let met = false;
  const retryStrategy = (times: number): number | null => (met ? Math.min(2000, 100 * times) : null);
  const client = new Client(url, { lazyConnect: true, maxRetriesPerRequest: null, retryStrategy });
  // Told where something waits for it; by itself it must not end the process.
  client.on('error', () => {});
  try {
    await client.connect();
  } catch (error) {
    client.disconnect();
    throw new InputError(
      `no Redis at ${withoutPassword(url)}: ${messageOf(error)}`,
      'Start redis-server (or Valkey) there, or check the address.',
    );
  }
  met = true;
  return client;
}

export const withoutPassword = (url: string): string => url.replace(/\/\/[^@/]*@/, '//…@');
