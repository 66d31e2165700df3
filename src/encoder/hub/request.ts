import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf, InputError, messageOf, WorkError } from '../../support/errors.ts';
import { endpoint, isOffline, token } from './settings.ts';

export interface Request {
  method?: 'GET' | 'HEAD';
  headers?: Readonly<Record<string, string>>;
  signal?: AbortSignal | undefined;
  /** Told of waiting, in a few words. */
  note?: (text: string) => void;
}

/** The Hub can't be reached from here at all, as against one that refuses or breaks off. */
export class Unreachable extends WorkError {
  /** The same, of something that is wanted and not in the cache; with what else may help. */
  of(what: string, more = ''): WorkError {
    return new WorkError(`${what} is not in the cache, and ${this.message}`, `${this.next} ${more}`.trim(), {}, this);
  }
}

const MOST_TRIES = 5;
const MOST_REDIRECTS = 10;
/** A server that asks for a longer wait is left in peace. */
const LONGEST_WAIT_SECONDS = 300;

/**
 * Asks the Hub and waits where it says so: "too many requests" as long as it is told, a server in trouble a moment
 * longer each time.
 * @returns whatever else it answered, good or bad
 * @throws Unreachable without a network, WorkError when the Hub asks to wait for longer than is sensible
 */
export async function ask(url: string, request: Request = {}): Promise<Response> {
  if (isOffline())
    throw new Unreachable(
      'the Hub must not be asked: HF_HUB_OFFLINE is set',
      'Unset it to let isogloss use the network.',
    );
  for (let tries = 1; ; tries++) {
    const response = await follow(url, request);
    if ((response.status !== 429 && response.status < 500) || tries === MOST_TRIES) return response;
    await response.body?.cancel();
    const seconds = waitOf(response.headers) ?? 0.5 * 2 ** tries;
    if (seconds > LONGEST_WAIT_SECONDS)
      throw new WorkError(
        `the Hub asks to wait ${Math.ceil(seconds / 60)} minutes (HTTP ${response.status})`,
        'Run the same command again then: what is there is kept. With HF_TOKEN set it lets you ask more often.',
      );
    request.note?.(`the Hub asks to wait ${Math.ceil(seconds)} s`);
    await pause(seconds, request.signal);
  }
}

/**
 * Goes along redirects by itself, so that the token goes to the Hub alone and not to whoever stores its files. A
 * question for the head of a file ends where the Hub's own answer ends: its headers say what is stored elsewhere.
 */
async function follow(from: string, { method = 'GET', headers = {}, signal }: Request): Promise<Response> {
  const home = new URL(endpoint()).origin;
  let url = new URL(from);
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const secret = url.origin === home ? token() : undefined;
    const response = await fetch(url, {
      method,
      redirect: 'manual',
      signal,
      // As it is stored: a compressed answer could not be gone on with.
      headers: {
        'accept-encoding': 'identity',
        'user-agent': 'isogloss',
        ...headers,
        ...(secret === undefined ? {} : { authorization: `Bearer ${secret}` }),
      },
    }).catch((error: unknown) => {
      signal?.throwIfAborted();
      throw new Unreachable(
        `can't reach ${url.host}: ${reasonOf(error)}`,
        'Check the network, and HF_ENDPOINT if it is set; then run the same command again: what is there is kept.',
        {},
        error,
      );
    });
    const location = response.headers.get('location');
    if (response.status < 300 || response.status >= 400 || location === null) return response;
    const next = new URL(location, url);
    if (method === 'HEAD' && next.origin !== home) return response;
    await response.body?.cancel();
    url = next;
  }
  throw new InputError(`${new URL(from).host} leads in circles`, 'Check HF_ENDPOINT.');
}

/** Waits, unless it is called off: then it ends with the reason for that. */
export async function pause(seconds: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(seconds * 1000, undefined, signal ? { signal } : {}).catch(() => signal?.throwIfAborted());
}

/** What lies behind the "fetch failed" of `fetch`. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause === undefined ? messageOf(error) : (codeOf(cause) ?? messageOf(cause));
}

/**
 * Seconds that a server asks to wait: by `Retry-After` (RFC 9110, a number or a date), or by the Hub's own `RateLimit:
 * …;t=55`. https://huggingface.co/docs/hub/rate-limits
 */
export function waitOf(headers: Headers): number | undefined {
  const after = headers.get('retry-after');
  if (after !== null && /^\d+$/.test(after.trim())) return Number(after);
  const date = after === null ? NaN : Date.parse(after);
  if (!Number.isNaN(date)) return Math.max(0, (date - Date.now()) / 1000);
  const reset = /;\s*t=(\d+)/.exec(headers.get('ratelimit') ?? '')?.[1];
  return reset === undefined ? undefined : Number(reset);
}
