import { Queue } from 'bullmq';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBoard, tokenFor, type Board } from '../../src/serve/index.ts';
import { BROWSER, launch } from '../report/browser.ts';
import { freePort, hasRedis, startRedis, type TestRedis } from '../transcribe/redis.ts';

const TOKEN = 'a-long-random-word-of-24';

describe.skipIf(!hasRedis)('the board of a server', () => {
  let folder: string;
  let server: TestRedis;
  let board: Board;
  const queues: Queue[] = [];

  async function put(queue: string, name: string): Promise<void> {
    const one = new Queue(queue, { connection: { url: server.url } });
    queues.push(one);
    await one.add(name, { recordings: [`/tapes/${name}`] });
  }

  const listed = async (): Promise<Record<string, { description: string; counts: { waiting: number } }>> => {
    const answer = await fetch(`${board.address}/api/queues`);
    const all = (
      (await answer.json()) as { queues: { name: string; description: string; counts: { waiting: number } }[] }
    ).queues;
    return Object.fromEntries(all.map(({ name, ...one }) => [name, one]));
  };

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'board-'));
    server = await startRedis(folder);
    await put('isogloss-0123456789abcdef', 'story.wav');
    await put('others', 'secret.wav');
    board = await openBoard(server.url, { port: 0 });
  });

  afterAll(async () => {
    await board.close();
    await Promise.all(queues.map((queue) => queue.close()));
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('lists isogloss’s queues, also those that come later, and no others', async () => {
    expect(await listed()).toMatchObject({
      'isogloss-0123456789abcdef': { description: 'recordings, for one model', counts: { waiting: 1 } },
    });
    await put('isogloss-runs-0123456789abcdef', 'small-1a2b3c4d');
    while (Object.keys(await listed()).length < 2) await sleep(100);
    expect(await listed()).toMatchObject({
      'isogloss-runs-0123456789abcdef': { description: 'runs of recipes', counts: { waiting: 1 } },
    });
  });

  it('changes nothing', async () => {
    const pause = await fetch(`${board.address}/api/queues/isogloss-0123456789abcdef/pause`, { method: 'PUT' });
    expect(pause.status).toBeGreaterThanOrEqual(400);
    expect(await queues[0]!.isPaused()).toBe(false);
  });

  it.skipIf(!BROWSER)('is a page with the recordings’ names that asks no other machine for anything', async () => {
    const browser = await launch();
    const page = await browser.newPage({ viewport: { width: 1200, height: 800 } });
    const answered: string[] = [];
    page.on('response', (response) => answered.push(response.url()));
    await page.goto(`${board.address}/queue/isogloss-0123456789abcdef?status=waiting`);
    await page.getByText('story.wav').first().waitFor();
    expect(answered.filter((url) => !url.startsWith(board.address) && !url.startsWith('data:'))).toEqual([]);
    if (process.env.SCREENSHOT) await page.screenshot({ path: process.env.SCREENSHOT });
    await browser.close();
  });

  it('answers no page of the web, and with a token only who has it', async () => {
    const foreign = await fetch(board.address, { headers: { origin: 'https://example.org' } });
    expect(foreign.status).toBe(403);
    await writeFile(path.join(folder, 'token'), TOKEN);
    const token = await tokenFor('0.0.0.0', path.join(folder, 'token'));
    const guarded = await openBoard(server.url, { host: '0.0.0.0', port: 0, token });
    const address = guarded.address.replace('0.0.0.0', '127.0.0.1');
    const ask = (authorization?: string): Promise<Response> =>
      fetch(`${address}/api/queues`, authorization === undefined ? {} : { headers: { authorization } });
    const basic = (password: string): string => `Basic ${Buffer.from(`anybody:${password}`).toString('base64')}`;
    const refused = await ask();
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, expect.stringMatching(/^Basic /)]);
    expect(await refused.text()).not.toContain('story.wav');
    for (const path of ['', '/static/main.js', '/nothing']) expect((await fetch(address + path)).status).toBe(401);
    expect((await ask(basic('wrong'))).status).toBe(401);
    expect((await ask(basic(TOKEN))).status).toBe(200);
    expect((await ask(`Bearer ${TOKEN}`)).status).toBe(200);
    await guarded.close();
    await expect(tokenFor('0.0.0.0', undefined)).rejects.toThrow('would answer everybody');
  });

  it('a server that isn’t there, and a port that is taken, are told', async () => {
    await expect(openBoard(`redis://127.0.0.1:${await freePort()}`, { port: 0 })).rejects.toThrow('no Redis at');
    const { port } = new URL(board.address);
    await expect(openBoard(server.url, { port: Number(port) })).rejects.toThrow(`port ${port} is taken`);
  });
});
