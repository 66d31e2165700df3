declare module 'node-wav' {
  interface Decoded {
    sampleRate: number;
    channelData: Float32Array[];
  }
  interface Options {
    sampleRate: number;
    float: boolean;
    bitDepth: number;
  }
  const wav: {
    decode(buffer: Uint8Array): Decoded;
    encode(channelData: readonly Float32Array[], options: Options): Uint8Array;
  };
  export default wav;
}
