import { open, type FileHandle } from 'node:fs/promises';
import { formatByName } from './format.ts';
import { readFlacInfo } from './flac.ts';
import { readOggPages } from './ogg.ts';
import { readWavHeader, type WavHeader } from './wav-header.ts';

/** What can be said of a recording by its first and last bytes, without starting a program. */
export interface Container {
  /** One track of sound from 0 s on, and nothing else: there is nothing to choose, nor to be late. */
  single: boolean;
  wav?: WavHeader | undefined;
  /** Samples a second that it claims. */
  rate?: number | undefined;
  /** Seconds that it claims, where that can be trusted. */
  seconds?: number | undefined;
  /** What is unusual of it and loses nothing. */
  oddity?: string | undefined;
  /** Why it can't be whole. */
  cutOff?: string | undefined;
}

export async function examineContainer(file: string, size: number): Promise<Container> {
  if (formatByName(file)) return { single: true };
  const handle = await open(file);
  try {
    return (await wav(handle, size)) ?? (await flac(handle)) ?? (await ogg(handle, size)) ?? (await others(handle));
  } finally {
    await handle.close();
  }
}

async function wav(handle: FileHandle, size: number): Promise<Container | undefined> {
  const header = await readWavHeader(handle, size);
  if (!header) return undefined;
  const { claimed, bytesPerSecond, rate } = header;
  return {
    single: true,
    wav: header,
    rate,
    // What a compressed one claims is an estimate.
    ...(claimed !== undefined && bytesPerSecond === rate * header.channels * (header.bits / 8)
      ? { seconds: claimed / bytesPerSecond }
      : {}),
    ...(claimed === undefined
      ? {
          oddity: 'its header doesn’t say how long it is, as of what is written to a pipe; all that is there was taken',
        }
      : {}),
  };
}

async function flac(handle: FileHandle): Promise<Container | undefined> {
  const info = await readFlacInfo(handle);
  return info && { single: true, ...info };
}

async function ogg(handle: FileHandle, size: number): Promise<Container | undefined> {
  const pages = await readOggPages(handle, size);
  return (
    pages && {
      single: pages.streams === 1,
      rate: pages.rate,
      ...(pages.cutOff ? { cutOff: 'it is cut off: its last page is not whole' } : {}),
      ...(pages.ended ? {} : { oddity: 'its last page doesn’t say that it is the last; all that is there was taken' }),
    }
  );
}

/** MP3 (with or without ID3), AMR, AU: they hold one track. */
async function others(handle: FileHandle): Promise<Container> {
  const head = Buffer.alloc(12);
  await handle.read(head, 0, 12, 0);
  const magic = head.toString('latin1');
  const layer3 = head[0] === 0xff && (head[1]! & 0xe6) === 0xe2;
  return { single: layer3 || /^(ID3|#!AMR|\.snd)/.test(magic) };
}
