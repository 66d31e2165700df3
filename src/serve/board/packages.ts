import { codeOf, InputError } from '../../support/errors.ts';

/** What makes the page. It is large, and few look at it: who wants it installs it. */
export async function bullBoard() {
  try {
    const [{ createBullBoard }, { BullMQAdapter }, { FastifyAdapter }] = await Promise.all([
      import('@bull-board/api'),
      import('@bull-board/api/bullMQAdapter'),
      import('@bull-board/fastify'),
    ]);
    return { createBullBoard, BullMQAdapter, FastifyAdapter };
  } catch (error) {
    if (codeOf(error) !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new InputError(
      'the board’s page is made by two packages that don’t come with isogloss',
      'Install them beside it: npm install @bull-board/api@9 @bull-board/fastify@9 (with -g, if isogloss was).',
      {},
      error,
    );
  }
}
