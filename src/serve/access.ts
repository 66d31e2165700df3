import type { FastifyRequest } from 'fastify';
import { createHash, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import { InputError } from '../support/errors.ts';
import { readText } from '../support/files.ts';
import { Refusal } from './refusal.ts';

/** Shorter ones can be guessed. */
const SHORTEST_TOKEN = 16;

/**
 * The token that clients must send, from a file or from ISOGLOSS_TOKEN.
 * @throws InputError when it is short, or there is none and the service could be reached from other machines
 */
export async function tokenFor(host: string, file: string | undefined): Promise<string | undefined> {
  const token = (file === undefined ? (process.env.ISOGLOSS_TOKEN ?? '') : await readText(file)).trim();
  const place = file === undefined ? {} : { file };
  if (token === '' && (file !== undefined || !isLoopback(host)))
    throw new InputError(
      `without a token, ${host} would answer everybody who reaches it`,
      'Put a long random word into ISOGLOSS_TOKEN, or into a file for --token-file; or leave --host out.',
      place,
    );
  if (token !== '' && token.length < SHORTEST_TOKEN)
    throw new InputError(
      `the token is shorter than ${SHORTEST_TOKEN} signs`,
      'Take a long random one: openssl rand -hex 24',
      place,
    );
  return token === '' ? undefined : token;
}

/**
 * Who may ask: whoever has the token; where there is none, programs of this machine. A page on the web that a browser
 * here shows is none, though it can reach the service: it comes with its origin, or by another host's name.
 * @throws Refusal 401 or 403
 */
export function checkAccess({ headers }: FastifyRequest, token: string | undefined): void {
  if (token === undefined) {
    const from = headers.origin;
    if (isLoopback(hostIn(`http://${headers.host ?? ''}`)) && (from === undefined || isLoopback(hostIn(from)))) return;
    throw new Refusal(403, 'foreign_page', 'without a token, the service answers programs of its own machine alone');
  }
  const [scheme, given] = (headers.authorization ?? '').split(' ');
  if (scheme?.toLowerCase() === 'bearer' && timingSafeEqual(digest(given ?? ''), digest(token))) return;
  throw new Refusal(401, 'invalid_api_key', 'the token is missing or wrong: Authorization: Bearer TOKEN');
}

function isLoopback(host: string): boolean {
  const plain = host.replace(/^\[|\]$/g, '');
  return plain === 'localhost' || plain === '::1' || (isIP(plain) === 4 && plain.startsWith('127.'));
}

const hostIn = (url: string): string => (URL.canParse(url) ? new URL(url).hostname : '');

/** Of equal length, whatever was sent. */
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
