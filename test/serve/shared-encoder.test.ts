/** @module-tag slow */
import { serve } from 'isogloss/serve';
import wav from 'node-wav';
import { expect, it } from 'vitest';
import { smallModel, speechlike } from '../model/small-model.ts';

const MACHINE = { port: 0, device: 'cpu', threads: 1 } as const;
const sounds = [3, 4.2, 5].map(
  (seconds) => new Uint8Array(wav.encode([speechlike(seconds)], { sampleRate: 16_000, float: true, bitDepth: 32 })),
);

async function textOf(address: string, model: string, sound: Uint8Array<ArrayBuffer>): Promise<string> {
  const form = new FormData();
  form.append('model', model);
  form.append('file', new Blob([sound]), 'recording.wav');
  const answer = await fetch(`${address}/v1/audio/transcriptions`, { method: 'POST', body: form });
  return ((await answer.json()) as { text: string }).text;
}

it('models on one encoder, asked at the same time, each write what they write alone', async () => {
  const [low, high] = await Promise.all([
    smallModel({ encoder: 'embedded', layers: [1] }),
    smallModel({ encoder: 'embedded', layers: [2, 3], head: { kind: 'mlp' }, seed: 'other' }),
  ]);
  const alone: string[] = [];
  for (const model of [low, high]) {
    const service = await serve([model], MACHINE);
    for (const sound of sounds) alone.push(await textOf(service.address, 'small', sound));
    await service.close();
  }
  const service = await serve([`low=${low}`, `high=${high}`, `again=${low}`], MACHINE);
  const asked = ['low', 'high'].flatMap((model) => sounds.map((sound) => textOf(service.address, model, sound)));
  const again = textOf(service.address, 'again', sounds[0]!);
  expect(await Promise.all(asked)).toEqual(alone);
  expect(await again).toBe(alone[0]);
  expect(new Set(alone).size).toBe(alone.length);
  const metrics = await (await fetch(`${service.address}/metrics`)).text();
  await service.close();
  for (const model of ['low', 'high', 'again'])
    expect(metrics).toMatch(new RegExp(`^isogloss_sound_seconds_total\\{model="${model}"\\} [1-9]`, 'm'));
});
