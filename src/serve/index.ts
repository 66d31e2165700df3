/** `isogloss/serve`: models by HTTP. */
export { tokenFor } from './access.ts';
export { openBoard, type Board, type BoardOptions } from './board/board.ts';
export { LIMITS, type Limits } from './limits.ts';
export { serve, type ServeOptions, type Service } from './serve.ts';
