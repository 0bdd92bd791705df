import { map, Observable, share } from 'rxjs';
import type { Cell } from '../../model/cells.js';
import type { Family } from '../../model/family.js';
import { labelsOf } from '../../model/labels.js';
import { MetricEvent } from '../../model/metric-event.js';
import type { MetricType } from '../../model/metric-type.js';
import { EventQueue } from './event-queue.js';
import { Retrier, type DeliveryObserver } from './retrier.js';

/** For listeners that cannot fail. */
const NO_NOTES: DeliveryObserver = {
  delivered() {},
  failed() {},
  retried() {},
};

/** How many events may wait for the subscribers. */
const MAX_WAITING = 10_000;

/** The listeners of recordings. An event is made only if somebody wants it. Each listener gets its own: user code may change it. */
export class RecordingFanout {
  /** The recordings as events, from now on, for any number of subscribers. */
  readonly events$: Observable<MetricEvent>;
  private feeds: readonly EventQueue[] = [];

  /**
   * @param changed is called when there are other feeds than before.
   * @param dropped receives the number of events that subscribers did not get, as too many were waiting.
   */
  constructor(
    private readonly changed: () => void,
    private readonly dropped: (count: number, reason: string) => void,
  ) {
    this.events$ = this.observable();
  }

  add(feed: EventQueue): void {
    this.feeds = [...this.feeds, feed];
    this.changed();
  }

  remove(feed: EventQueue): void {
    this.feeds = this.feeds.filter((one) => one !== feed);
    this.changed();
  }

  wants(type: MetricType): boolean {
    return this.feeds.some((feed) => feed.wants(type));
  }

  /** A value was recorded in a series. Never throws. */
  recorded(family: Family, cell: Cell, value: number): void {
    let event: MetricEvent | undefined;
    for (const feed of this.feeds) {
      if (!feed.wants(family.type) || !feed.hasRoom()) continue;
      event = event ? new MetricEvent(event) : eventOf(family, cell, value);
      feed.push(event);
    }
  }

  /** One feed for all subscribers, as long as there are any. A subscriber that is alone needs no copy. */
  private observable(): Observable<MetricEvent> {
    let subscribers = 0;
    const shared = this.fed().pipe(share());
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

  private fed(): Observable<MetricEvent> {
    return new Observable<MetricEvent>((subscriber) => {
      const feed = new EventQueue(
        undefined,
        MAX_WAITING,
        (events) => {
          for (const event of events) subscriber.next(event);
        },
        (deliver) => new Retrier(deliver, NO_NOTES, 1_000, 1_000),
        this.dropped,
      );
      this.add(feed);
      feed.start();
      return () => {
        this.remove(feed);
        feed.stop();
      };
    });
  }
}

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
