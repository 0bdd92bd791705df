import { ApplicationConfig } from '@nestjs/core';

/** Whether the tests run on NestJS 12. */
export const IS_NEST_12 =
  'registerPreRequestHook' in ApplicationConfig.prototype;
