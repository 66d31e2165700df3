import type { TranscriptSegment } from '../../transcribe/continuous-decoder.ts';

/** What a page knows of its model. */
export interface WebModel {
  name: string;
  /** BCP 47 */
  language: string;
  /** `vocab.json` */
  vocabulary: Record<string, number>;
  confidence?: { temperature: number; slope: number; offset: number };
  /** Scripts that hold the model and ONNX Runtime, in their order. */
  model: string[];
  runtime: string[];
}

/** From the page to the thread that computes. */
export type ToThread =
  | { model: WebModel; graph: ArrayBuffer; runtime: ArrayBuffer }
  /** 16 kHz mono; live sound is answered at each pause. */
  | { begin: 'recording' | 'live' }
  | { samples: Float32Array }
  | { end: true };

export type FromThread =
  { ready: true } | { segment: TranscriptSegment } | { heard: number } | { done: true } | { failed: string };
