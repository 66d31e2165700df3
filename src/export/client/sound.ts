const SAMPLE_RATE = 16_000;

/**
 * A recording as samples, 16 kHz mono.
 * @throws Error when the browser can't read it
 */
export async function samplesOf(file: Blob): Promise<Float32Array> {
  const bytes = await file.arrayBuffer();
  const context = new OfflineAudioContext(1, 1, SAMPLE_RATE);
  const sound = await context.decodeAudioData(bytes).catch(() => {
    throw new Error('This browser can’t read that file. A WAV or MP3 can always be read.');
  });
  if (sound.numberOfChannels === 1) return sound.getChannelData(0).slice();
  const mixed = new Float32Array(sound.length);
  for (let c = 0; c < sound.numberOfChannels; c++) {
    const channel = sound.getChannelData(c);
    for (let i = 0; i < mixed.length; i++) mixed[i]! += channel[i]! / sound.numberOfChannels;
  }
  return mixed;
}

/** The script of an audio worklet, which hands on what it hears. */
const LISTENER = `registerProcessor('listener', class extends AudioWorkletProcessor {
  process([[channel]]) {
    if (channel) this.port.postMessage(channel.slice());
    return true;
  }
});`;

/**
 * Listens to the microphone.
 * @param onSamples takes 16 kHz mono
 * @returns ends it
 */
export async function listen(onSamples: (samples: Float32Array) => void): Promise<() => Promise<void>> {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1 } });
  const context = new AudioContext({ sampleRate: SAMPLE_RATE });
  await context.audioWorklet.addModule(URL.createObjectURL(new Blob([LISTENER], { type: 'text/javascript' })));
  const listener = new AudioWorkletNode(context, 'listener', { channelCount: 1, channelCountMode: 'explicit' });
  listener.port.onmessage = ({ data }: MessageEvent<Float32Array>) => onSamples(data);
  context.createMediaStreamSource(stream).connect(listener);
  return async () => {
    for (const track of stream.getTracks()) track.stop();
    await context.close();
  };
}
