import { Args, Flags } from '@oclif/core';
import { once } from 'node:events';
import { BaseCommand } from '../cli/base-command.ts';
import { durationFlag, machineFlags } from '../cli/flags.ts';
import { LIMITS, serve, tokenFor } from '../serve/index.ts';

export default class Serve extends BaseCommand {
  static override summary = 'Serve models by HTTP, as OpenAI’s service of transcriptions does.';
  static override description =
    'Runs until Ctrl-C or SIGTERM, and then finishes what it is working on. Other machines are answered only ' +
    'with a token: in ISOGLOSS_TOKEN or in a file. With --json, its address is printed once it is ready.';
  static override strict = false;
  static override examples = [
    '<%= config.bin %> <%= command.id %> runs/italian-10min-*',
    '<%= config.bin %> <%= command.id %> it=runs/italian-10min-1a2b3c4d whisper-1=facebook/mms-1b-all:swh --port 8080',
    '<%= config.bin %> <%= command.id %> runs/italian-10min-* --host 0.0.0.0 --token-file token.txt',
  ];
  static override args = {
    model: Args.string({
      required: true,
      description:
        'folders of runs, model folders, or CTC models on the Hugging Face Hub; NAME=FOLDER gives one another name',
    }),
  };
  static override flags = {
    host: Flags.string({ default: '127.0.0.1', description: 'address to listen at; 0.0.0.0 is all of the machine’s' }),
    port: Flags.integer({ min: 0, max: 65535, default: 8000, description: 'port to listen at; 0 is any that is free' }),
    'token-file': Flags.string({ description: 'file with the token that clients must send [env: ISOGLOSS_TOKEN]' }),
    'max-upload': Flags.integer({ min: 1, default: LIMITS.bytes / 1e6, description: 'MB that an upload may have' }),
    'max-sound': durationFlag({ description: 'how long a recording may be, or a live stream: 2h, if not said' }),
    'max-time': durationFlag({ description: 'how long a request may take, upload included: 15m, if not said' }),
    'max-requests': Flags.integer({
      min: 1,
      default: LIMITS.atOnce,
      description: 'recordings and live streams at the same time; who comes beyond is told to come later',
    }),
    ...machineFlags,
  };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(Serve);
    const machine = await this.machineOf(flags);
    const limits = {
      bytes: flags['max-upload'] * 1e6,
      soundSeconds: flags['max-sound'] ?? LIMITS.soundSeconds,
      requestSeconds: flags['max-time'] ?? LIMITS.requestSeconds,
      atOnce: flags['max-requests'],
    };
    const { host, port } = flags;
    const token = await tokenFor(host, flags['token-file']);
    const log = (error: unknown): void => this.logToStderr(error instanceof Error ? error.stack : String(error));
    const service = await serve(argv as string[], { ...machine, host, port, token, limits, log });
    const { address, models } = service;
    this.stopsWithin(limits.requestSeconds);
    if (this.jsonEnabled()) this.logJson({ address, models });
    else this.log(`${address} answers with ${models.join(', ')}`);
    if (!this.signal.aborted) await once(this.signal, 'abort');
    this.logToStderr('finishing what is in work; Ctrl-C once more ends it at once');
    await service.close();
  }
}
