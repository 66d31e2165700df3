import { gzipSync } from 'node:zlib';

/** Longer JSON is compressed: a page of 100,000 utterances is then a few megabytes. */
const COMPRESS_FROM = 100_000;

/**
 * A value as a `<script type="application/json">`: as it is, or, where that is long, as one string of gzip in base64.
 * Nothing in it can end the script early.
 */
export function jsonScript(id: string, value: unknown): string {
  const plain = JSON.stringify(value);
  const json = plain.length < COMPRESS_FROM ? plain : JSON.stringify(gzipSync(plain).toString('base64'));
  return `<script type="application/json" id="${id}">${json.replace(/</g, '\\u003c')}</script>`;
}

/**
 * Sound is compressed already. Each recording is a script of its own, which the client reads when it is first played.
 */
export function audioScripts(dataUris: readonly (string | undefined)[]): string {
  return dataUris
    .flatMap((uri, i) =>
      uri === undefined
        ? []
        : [`<script type="application/json" id="audio-${i}">${JSON.stringify(uri).replace(/</g, '\\u003c')}</script>`],
    )
    .join('\n');
}
