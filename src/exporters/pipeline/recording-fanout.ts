import { map, Observable, share } from 'rxjs';
import type { Cell } from '../../model/cells.js';
import type { Family } from '../../model/family.js';
import { labelsOf } from '../../model/labels.js';
import { MetricEvent } from '../../model/metric-event.js';
import type { MetricType } from '../../model/metric-type.js';
import { EventQueue } from './event-queue.js';
import { Retrier, type DeliveryObserver } from './retrier.js';

/** Observes the deliveries to subscribers of `events$`, which cannot fail. */
const NO_OBSERVER: DeliveryObserver = {
  delivered() {},
  failed() {},
  retried() {},
};

/** How many events the queue of the subscribers holds. */
const MAX_QUEUE_SIZE = 10_000;

/**
 * Copies recordings to the queues of all listeners, as events. An event is made only if a queue
 * wants it, and each queue gets its own, because user code may change it.
 */
export class RecordingFanout {
  /** The recordings as events, from now on, for any number of subscribers. */
  readonly events$: Observable<MetricEvent>;
  private queues: readonly EventQueue[] = [];

  /**
   * @param changed receives this fanout after a queue was added or removed.
   * @param dropped receives how many events subscribers did not get because their queue was full.
   */
  constructor(
    private readonly changed: (fanout: RecordingFanout) => void,
    private readonly dropped: (count: number, reason: string) => void,
  ) {
    this.events$ = this.observable();
  }

  add(queue: EventQueue): void {
    this.queues = [...this.queues, queue];
    this.changed(this);
  }

  remove(queue: EventQueue): void {
    this.queues = this.queues.filter((one) => one !== queue);
    this.changed(this);
  }

  wants(type: MetricType): boolean {
    return this.queues.some((queue) => queue.wants(type));
  }

  /** Takes a value that was recorded in a series. Never throws. */
  recorded(family: Family, cell: Cell, value: number): void {
    let event: MetricEvent | undefined;
    for (const queue of this.queues) {
      if (!queue.wants(family.type) || !queue.hasRoom()) continue;
      event = event ? new MetricEvent(event) : eventOf(family, cell, value);
      queue.push(event);
    }
  }

  /** One queue serves all subscribers while there are any. A single subscriber needs no copies. */
  private observable(): Observable<MetricEvent> {
    let subscribers = 0;
    const shared = this.queued().pipe(share());
    return new Observable<MetricEvent>((subscriber) => {
      subscribers++;
      subscriber.add(() => void subscribers--);
      return shared
        .pipe(
          map((event) => (subscribers > 1 ? new MetricEvent(event) : event)),
        )
        .subscribe(subscriber);
    });
  }

  private queued(): Observable<MetricEvent> {
    return new Observable<MetricEvent>((subscriber) => {
      const queue = new EventQueue(
        undefined,
        MAX_QUEUE_SIZE,
        (events) => {
          for (const event of events) subscriber.next(event);
        },
        (deliver) => new Retrier(deliver, NO_OBSERVER, 1_000, 1_000),
        this.dropped,
      );
      this.add(queue);
      queue.start();
      return () => {
        this.remove(queue);
        queue.stop();
      };
    });
  }
}

// Why: docs/decisions/exporters.md, "Events have exposed names".
function eventOf(
  { name, type, help, unit }: Family,
  cell: Cell,
  value: number,
): MetricEvent {
  return new MetricEvent({
    name,
    type,
    value,
    labels: labelsOf(cell),
    description: help,
    ...(unit !== undefined && { unit }),
  });
}
