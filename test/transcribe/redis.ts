import { execa } from 'execa';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export const hasRedis = await execa('redis-server', ['--version']).then(
  () => true,
  () => false,
);
if (!hasRedis) console.warn('no redis-server is installed: the queue is not tested');

/** A server that a test has to itself. */
export interface TestRedis {
  url: string;
  /** What redis-cli answers. */
  ask: (...words: string[]) => Promise<string>;
  stop: (signal?: NodeJS.Signals) => Promise<void>;
}

export async function freePort(): Promise<number> {
  const listening = createServer();
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  const { port } = listening.address() as AddressInfo;
  await new Promise((resolve) => listening.close(resolve));
  return port;
}

/** @param folder where it keeps what is put into it, so that it has that when it is started again */
export async function startRedis(folder: string, port?: number): Promise<TestRedis> {
  const chosen = String(port ?? (await freePort()));
  const args = ['--port', chosen, '--dir', folder, '--appendonly', 'yes', '--bind', '127.0.0.1'];
  const server = execa('redis-server', args, { reject: false });
  const ask = async (...words: string[]): Promise<string> =>
    (await execa('redis-cli', ['-p', chosen, ...words], { reject: false })).stdout;
  while ((await ask('ping')) !== 'PONG') await sleep(50);
  const stop = async (signal: NodeJS.Signals = 'SIGKILL'): Promise<void> => {
    server.kill(signal);
    await server;
  };
  return { url: `redis://127.0.0.1:${chosen}`, ask, stop };
}
