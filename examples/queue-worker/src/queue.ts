/** The queue that the worker takes documents from. */
export const QUEUE = 'documents';

/** Where its Redis is. */
export const connection = {
  url: process.env.REDIS_URL ?? 'redis://localhost:6379',
};
