import type { WebSocket } from '@fastify/websocket';
import { Readable } from 'node:stream';
import { Refusal } from '../refusal.ts';

/**
 * The bytes that a client sends, no faster than they are heard. They break off with a refusal where the client
 * goes, says something else, or is silent for so long.
 * @returns those, and what ends them
 */
export function soundFrom(socket: WebSocket, silentSeconds: number): { pcm: Readable; end: () => void } {
  const read = (): void => {
    socket.resume();
    timer.refresh();
  };
  const pcm = new Readable({ highWaterMark: 1 << 18, read });
  const late = new Refusal(408, 'timeout', `no sound has come for ${silentSeconds} s`);
  // A client that is not heard, since the service doesn't get on, isn't silent.
  const hush = (): void => void (socket.isPaused ? timer.refresh() : pcm.destroy(late));
  const timer = setTimeout(hush, 1000 * silentSeconds);
  let open = true;
  const end = (): void => {
    if (open) pcm.push(null);
    open = false;
    clearTimeout(timer);
  };
  socket.on('message', (data: Buffer, binary: boolean) => {
    if (!open || pcm.destroyed) return;
    timer.refresh();
    if (binary) {
      if (!pcm.push(data)) socket.pause();
    } else if (isEnd(String(data))) end();
    else pcm.destroy(new Refusal(400, 'invalid_message', 'a message is sound, or {"type":"end"}'));
  });
  socket.once('close', () => pcm.destroy(new Refusal(499, 'client_gone', 'the client has gone')));
  pcm.once('close', () => clearTimeout(timer));
  pcm.on('error', () => {});
  return { pcm, end };
}

function isEnd(text: string): boolean {
  try {
    return (JSON.parse(text) as { type?: unknown } | null)?.type === 'end';
  } catch {
    return false;
  }
}
