import type { FastifyInstance } from 'fastify';
import type { AddressInfo } from 'node:net';
import { codeOf, WorkError } from '../support/errors.ts';

/** @throws WorkError when the port can't be had: then it is closed */
export async function listen(app: FastifyInstance, at: { host: string; port: number }): Promise<void> {
  try {
    await app.listen(at);
  } catch (error) {
    await app.close();
    throw codeOf(error) === 'EADDRINUSE'
      ? new WorkError(`port ${at.port} is taken`, 'Choose another with --port; 0 takes any that is free.', {}, error)
      : error;
  }
}

export const addressOf = ({ address, port, family }: AddressInfo): string =>
  `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
