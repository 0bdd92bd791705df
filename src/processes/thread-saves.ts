import {
  BroadcastChannel,
  isMainThread,
  type MessagePort,
  receiveMessageOnPort,
  threadId,
} from 'node:worker_threads';

/** The channel of all threads of this process that save at its end. */
const CHANNEL = 'nestjs-agent-metrics:exit';

/** Milliseconds without a save of another thread that the main thread waits at the end of the process, at most. */
const THREADS_LIMIT = 200;

/** Milliseconds of each part of that wait. A process that is held up loses one part and not all. */
const PART = 20;

/** Milliseconds that a thread stands still after its last save, at most: the process ends before. */
const STANDSTILL_LIMIT = 5_000;

/** What threads tell one another. `saved` is shared memory: how many threads have saved. */
type Message =
  | { readonly type: 'who' }
  | { readonly type: 'here' | 'gone'; readonly thread: number }
  | { readonly type: 'save'; readonly saved: Int32Array };

/** The part of a thread in the end of the process. */
export interface ThreadSaves {
  /** Has the other threads save, if this is the main thread. The result waits until they have. */
  start(): () => void;
  /** Takes part no longer. */
  end(): void;
}

/**
 * The end of the process ends its threads without an event in them. The main thread asks them to
 * save before.
 *
 * @param save saves what this thread has counted, synchronously.
 */
// Why: docs/decisions/processes.md, "The main thread has the others save at its end".
export function joinThreads(save: () => void): ThreadSaves {
  return isMainThread ? new MainThread() : new WorkerThread(save);
}

function openChannel(receive: (message: Message) => void): BroadcastChannel {
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = (event) => receive((event as { data: Message }).data);
  // A thread that has nothing else to do must end.
  channel.unref();
  return channel;
}

class MainThread implements ThreadSaves {
  private readonly threads = new Set<number>();
  private readonly channel = openChannel((message) => this.receive(message));

  constructor() {
    this.send({ type: 'who' });
  }

  start(): () => void {
    this.receiveWaiting();
    const { size } = this.threads;
    if (size === 0) return () => {};
    const saved = new Int32Array(new SharedArrayBuffer(4));
    this.send({ type: 'save', saved });
    return () => waitForCount(saved, size);
  }

  end(): void {
    this.channel.close();
  }

  private send(message: Message): void {
    this.channel.postMessage(message);
  }

  private receive(message: Message): void {
    if (message.type === 'here') this.threads.add(message.thread);
    if (message.type === 'gone') this.threads.delete(message.thread);
  }

  /** No event comes any more while the process ends. */
  private receiveWaiting(): void {
    // The types know no channel here, which Node.js takes as well.
    const port = this.channel as unknown as MessagePort;
    for (
      let next = receiveMessageOnPort(port);
      next !== undefined;
      next = receiveMessageOnPort(port)
    ) {
      this.receive(next.message as Message);
    }
  }
}

class WorkerThread implements ThreadSaves {
  private readonly channel = openChannel((message) => this.receive(message));

  constructor(private readonly save: () => void) {
    this.send('here');
  }

  /** The thread ends by itself. */
  start(): () => void {
    return () => this.send('gone');
  }

  end(): void {
    this.send('gone');
    this.channel.close();
  }

  private send(type: 'here' | 'gone'): void {
    this.channel.postMessage({ type, thread: threadId });
  }

  private receive(message: Message): void {
    if (message.type === 'who') this.send('here');
    if (message.type === 'save') this.saveLast(message.saved);
  }

  private saveLast(saved: Int32Array): void {
    this.save();
    Atomics.add(saved, 0, 1);
    Atomics.notify(saved, 0);
    // What it counted and saved from now on would be shown, and then be lost.
    Atomics.wait(
      new Int32Array(new SharedArrayBuffer(4)),
      0,
      0,
      STANDSTILL_LIMIT,
    );
  }
}

/** Waits for a count of threads, and not longer for those that are busy. */
function waitForCount(saved: Int32Array, count: number): void {
  let parts = THREADS_LIMIT / PART;
  while (parts > 0) {
    const present = Atomics.load(saved, 0);
    if (present >= count) return;
    if (Atomics.wait(saved, 0, present, PART) === 'timed-out') parts--;
  }
}
