import { benchBeam, benchSearchThreads } from './beam.ts';
import { benchEvaluate } from './evaluate.ts';
import { benchCtc } from './ctc.ts';
import { benchFineTuning } from './fine-tuning.ts';
import { benchFeatures } from './features.ts';
import { benchLm } from './lm.ts';
import { benchTraining } from './training.ts';
import { benchTranscribe } from './transcribe.ts';

await benchCtc();
await benchBeam();
await benchSearchThreads();
await benchEvaluate();
await benchLm();
await benchTraining();
await benchFeatures();
await benchFineTuning();
await benchTranscribe();
