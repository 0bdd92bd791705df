/** An app that has its work done by the threads of a pool. `GET /page` is the page as a thread has it. */
import { Controller, Get } from '@nestjs/common';
import { Piscina } from 'piscina';
import { startApp } from './app.mjs';

const THREADS = Number(process.env.MEMBERS);

const pool = new Piscina({
  // A thread that waits for work otherwise waits without its event loop, and cannot save.
  atomics: 'disabled',
  filename: new URL('thread.mjs', import.meta.url).href,
  minThreads: THREADS,
  maxThreads: THREADS,
});

class PoolController {
  work() {
    return pool.run('call');
  }

  page() {
    return pool.run('page');
  }

  /** Ends a thread as a kill ends a process. Answers with its name. */
  async terminate() {
    const threads = [...pool.threads];
    const thread = threads[Math.floor(Math.random() * threads.length)];
    const name = `${process.pid}-${thread.threadId}`;
    await thread.terminate();
    return name;
  }
}
for (const path of ['work', 'page', 'terminate']) {
  const method = Object.getOwnPropertyDescriptor(
    PoolController.prototype,
    path,
  );
  Get(path)(PoolController.prototype, path, method);
}
Controller('pool')(PoolController);

await startApp({ controllers: [PoolController] });
