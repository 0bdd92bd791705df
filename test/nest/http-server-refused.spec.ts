import { Controller, Get } from '@nestjs/common';
import { describe, expect, test } from 'vitest';
import { MetricsModule, PrometheusCollector } from '../../src/index.js';
import { RawConnection } from '../support/raw.js';
import { ADAPTERS, startApp } from './support/app.js';
import { countsOf } from './support/http-series.js';

@Controller('words')
class WordsController {
  @Get()
  word(): string {
    return 'word';
  }
}

describe.each(ADAPTERS)('on %s', (_name, adapter) => {
  test.each([
    ['a request line that cannot be parsed', 'NO REQUEST\r\n\r\n', 400],
    [
      'headers that are too large',
      `GET /words HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
      431,
    ],
  ])(
    'a request that Node.js refuses for %s is not measured, and those after it are',
    async (_what, request, status) => {
      const { app, url, get } = await startApp(
        {
          imports: [MetricsModule.forRoot({ namespace: '', http: true })],
          controllers: [WordsController],
        },
        adapter,
      );
      const refused = await RawConnection.open(url, request);
      await refused.untilClosed();
      expect(refused.statuses).toEqual([status]);
      await get('/words');
      expect(await countsOf(app.get(PrometheusCollector), 1)).toEqual({
        'GET /words 200': 1,
      });
    },
  );
});
