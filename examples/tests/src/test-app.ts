import { Test } from '@nestjs/testing';
import { MetricsModule } from 'nestjs-agent-metrics';
import {
  type FakeAnswerLike,
  type FakeClock,
  fakeModel,
  MetricsTestingModule,
} from 'nestjs-agent-metrics/testing';
import { CLIENT, WriterModule } from './writer.module.js';

/** The app of production, with a model that gives these answers and metrics that tests can read. */
export async function startTestApp(
  answers: FakeAnswerLike[],
  clock: FakeClock,
) {
  return Test.createTestingModule({ imports: [WriterModule] })
    .overrideModule(MetricsModule)
    .useModule(MetricsTestingModule.forRoot())
    .overrideProvider(CLIENT)
    .useValue(fakeModel(answers, { clock }))
    .compile();
}
