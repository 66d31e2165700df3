import { Args, Flags } from '@oclif/core';
import { once } from 'node:events';
import { BaseCommand } from '../../cli/base-command.ts';
import { openBoard, tokenFor } from '../../serve/index.ts';

export default class QueueBoard extends BaseCommand {
  static override summary = 'Show in a browser what lies in the queues of a server.';
  static override description =
    'What waits, what is worked on, what failed and why; nothing can be changed there. Recordings’ names are to be ' +
    'seen by whoever reaches it: this machine alone, or other machines with a token, in ISOGLOSS_TOKEN or in a file, ' +
    'that the browser asks for as a password. Needs two packages that don’t come with isogloss. With --json, its ' +
    'address is printed once it is ready.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> redis://queue.example:6379',
    '<%= config.bin %> <%= command.id %> redis://queue.example:6379 --host 0.0.0.0 --token-file token.txt',
  ];
  static override args = {
    queue: Args.string({ required: true, description: 'the server, e.g. redis://host:6379' }),
  };
  static override flags = {
    host: Flags.string({ default: '127.0.0.1', description: 'address to listen at; 0.0.0.0 is all of the machine’s' }),
    port: Flags.integer({ min: 0, max: 65535, default: 8001, description: 'port to listen at; 0 is any that is free' }),
    'token-file': Flags.string({ description: 'file with the token that browsers must give [env: ISOGLOSS_TOKEN]' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(QueueBoard);
    const { host, port } = flags;
    const token = await tokenFor(host, flags['token-file']);
    const { address, close } = await openBoard(args.queue, { host, port, token });
    if (this.jsonEnabled()) this.logJson({ address });
    else this.log(`the board is at ${address}; Ctrl-C ends it`);
    if (!this.signal.aborted) await once(this.signal, 'abort');
    await close();
  }
}
