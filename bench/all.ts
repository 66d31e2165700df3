import { benchCtc } from './ctc.ts';
import { benchFeatures } from './features.ts';
import { benchTraining } from './training.ts';

await benchCtc();
await benchTraining();
await benchFeatures();
