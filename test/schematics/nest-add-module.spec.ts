import { describe, expect, test } from 'vitest';
import { FILE_SHAPES } from './file-shapes.js';
import { MODULE_SHAPES, type Shape } from './module-shapes.js';
import { NestApp, syntaxErrorsOf } from './nest-app.js';

const MODULE = 'src/app.module.ts';

/** The entry file of an app whose root module may be a default export. */
const mainOf = (module: string) =>
  module.includes('AppModule')
    ? `import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';

await NestFactory.create(AppModule);
`
    : `import { NestFactory } from '@nestjs/core';
import Root from './app.module.js';

await NestFactory.create(Root);
`;

const titled = [...MODULE_SHAPES, ...FILE_SHAPES].map(
  (shape): [string, Shape] => [shape.title, shape],
);

describe('a root module', () => {
  test.each(titled)(
    'nest add imports MetricsModule in a root module with %s',
    async (_title, { before, after }) => {
      const main = { 'src/main.ts': mainOf(before) };
      const app = await NestApp.of(before, main).add({ http: true });

      expect(app.read(MODULE)).toBe(after);
      expect(syntaxErrorsOf(after)).toEqual([]);
    },
  );

  test.each(titled)(
    'a second nest add changes nothing in a root module with %s',
    async (_title, { before, after }) => {
      const main = { 'src/main.ts': mainOf(before) };
      const app = await NestApp.of(after, main).add();

      expect(app.read(MODULE)).toBe(after);
      expect(app.messages).toEqual([
        'src/app.module.ts imports MetricsModule already, and stays as it is.',
      ]);
    },
  );
});
