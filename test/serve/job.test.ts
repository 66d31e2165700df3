import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Job } from '../../src/serve/job.ts';

it('a request may take as long as anybody says, also for months', async () => {
  const connection = new EventEmitter();
  const job = new Job(connection, 1000 * 3600);
  await sleep(50);
  expect(job.signal.aborted).toBe(false);
  connection.emit('close');
  expect(job.signal.aborted).toBe(true);
});
