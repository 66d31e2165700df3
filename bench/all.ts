import { benchCtc } from './ctc.ts';
import { benchFineTuning } from './fine-tuning.ts';
import { benchFeatures } from './features.ts';
import { benchLm } from './lm.ts';
import { benchTraining } from './training.ts';

await benchCtc();
await benchLm();
await benchTraining();
await benchFeatures();
await benchFineTuning();
