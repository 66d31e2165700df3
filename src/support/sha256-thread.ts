import { parentPort, workerData } from 'node:worker_threads';
import { sha256File } from './files.ts';
import { failureOf, type Failed } from './threads.ts';

const say = (report: { ready: string } | Failed): void => parentPort!.postMessage(report);

await sha256File(workerData as string).then(
  (hash) => say({ ready: hash }),
  (error: unknown) => say(failureOf(error)),
);
