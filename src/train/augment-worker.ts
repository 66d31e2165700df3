import { move, transferableSymbol, valueSymbol } from 'piscina';
import { hearPart, type Heard, type Part } from './augmented.ts';

/** A thread of `augment-pool`: what it has made is handed over, not copied. */
export default async function work(part: Part): Promise<unknown> {
  return move(new HandedOver(await hearPart(part)));
}

class HandedOver {
  private readonly heard: Heard;

  constructor(heard: Heard) {
    this.heard = heard;
  }

  get [transferableSymbol](): ArrayBuffer[] {
    return [this.heard.audio.buffer as ArrayBuffer, this.heard.lengths.buffer as ArrayBuffer];
  }

  get [valueSymbol](): Heard {
    return this.heard;
  }
}
