import { APP_GUARD } from '@nestjs/core';
import {
  SkipThrottle,
  ThrottlerGuard,
  ThrottlerModule,
} from '@nestjs/throttler';
import { expect, test } from 'vitest';
import { MetricsModule } from '../src/index.js';
import { ADAPTERS, startApp } from './nest/support/app.js';

test.each(ADAPTERS)(
  'on %s, the guard of @nestjs/throttler counts scrapes, and skips what is decorated so',
  async (_name, adapter) => {
    const { get } = await startApp(
      {
        imports: [
          ThrottlerModule.forRoot([{ ttl: 60_000, limit: 2 }]),
          MetricsModule.forRoot({
            prometheus: { guards: [] },
            health: { decorators: [SkipThrottle()] },
          }),
        ],
        providers: [{ provide: APP_GUARD, useClass: ThrottlerGuard }],
      },
      adapter,
    );
    const first = await get('/metrics');
    expect(first.status).toBe(200);
    expect(first.headers.get('x-ratelimit-remaining')).toBe('1');
    expect((await get('/metrics')).status).toBe(200);
    const third = await get('/metrics');
    expect(third.status).toBe(429);
    expect(third.headers.get('retry-after')).toBe('60');
    for (let i = 0; i < 3; i++) {
      expect((await get('/health')).status).toBe(200);
    }
  },
);
