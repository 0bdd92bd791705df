import { follow } from '../calls/follow.js';
import { isNativePromise } from '../calls/result-kinds.js';
import type { Run } from '../calls/run.js';

/** Follows a stream as {@link follow} does, and also web streams, which {@link follow} takes for results. */
export function followStream<T>(stream: T, run: Run): T;
export function followStream(stream: unknown, run: Run): unknown {
  if (isReadableStream(stream)) return followReadable(stream, run);
  const followed = follow(stream, run, followStream);
  // A promise may have methods of its own, e.g. `cancel()`: the new promise gets them too.
  return isNativePromise(stream)
    ? Object.defineProperties(
        followed as object,
        Object.getOwnPropertyDescriptors(stream),
      )
    : followed;
}

/**
 * Follows a web stream while it is read. The stream is read only as far as the consumer asks for, so that the time in between counts as the consumer's.
 *
 * @returns a stream of the same chunks, to read instead.
 */
function followReadable<T>(
  source: ReadableStream<T>,
  work: Run,
): ReadableStream<T> {
  // Other code reads the stream already, so its end cannot be observed.
  if (source.locked) return source;
  const reader = source.getReader();
  work.defer();
  let run: Run | undefined;
  return new ReadableStream<T>(
    {
      async pull(controller) {
        if (run === undefined) run = work.restart();
        else run.resume();
        try {
          const { done, value } = await reader.read();
          if (done) {
            run.succeed(undefined);
            controller.close();
          } else {
            run.item(value);
            run.pause();
            controller.enqueue(value);
          }
        } catch (error) {
          run.fail(error);
          controller.error(error);
        }
      },
      cancel(reason) {
        (run ?? work.restart()).cancel();
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}

function isReadableStream(value: unknown): value is ReadableStream<unknown> {
  return (
    typeof (value as { getReader?: unknown } | null)?.getReader === 'function'
  );
}
