import type { Payload } from './payload.ts';

/** The page's data: JSON, or a string of gzipped JSON in base64 where it is long. */
export async function loadPayload(): Promise<Payload> {
  const value = JSON.parse(document.getElementById('data')!.textContent) as Payload | string;
  if (typeof value !== 'string') return value;
  const bytes = Uint8Array.from(atob(value), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return JSON.parse(await new Response(stream).text()) as Payload;
}

/** A recording as a data URI, read from the page when it is wanted. */
export function audioOf(index: number): string | undefined {
  const script = document.getElementById(`audio-${index}`);
  return script ? (JSON.parse(script.textContent) as string) : undefined;
}
