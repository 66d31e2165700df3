import type { Socket } from 'node:net';
import { mayFail } from '../support/may-fail.ts';
import { Refusal } from './refusal.ts';

/** A promise that is rejected when a client that has more to send sends nothing for so long. */
export function silenceOf(socket: Socket, seconds: number): { promise: Promise<never>; stop: () => void } {
  let stop = (): void => {};
  const promise = new Promise<never>((_, reject) => {
    let [heard, since] = [socket.bytesRead, performance.now()];
    const look = (): void => {
      if (socket.bytesRead > heard) [heard, since] = [socket.bytesRead, performance.now()];
      else if (performance.now() - since > 1000 * seconds)
        reject(new Refusal(408, 'timeout', `nothing has come for ${seconds} s`));
    };
    const timer = setInterval(look, 100 * seconds);
    stop = () => clearInterval(timer);
  });
  return { promise: mayFail(promise), stop };
}
