import type { Shape } from './module-shapes.js';

const CALL = 'MetricsModule.forRoot({ http: true })';

const STYLES: Shape[] = [
  {
    title: 'double quotes, tabs and lines without semicolons',
    before: `import { Module } from "@nestjs/common"
import { UsersModule } from "./users.module"

@Module({
	imports: [
		UsersModule
	],
})
export class AppModule {}
`,
    after: `import { Module } from "@nestjs/common"
import { MetricsModule } from "nestjs-agent-metrics"
import { UsersModule } from "./users.module"

@Module({
	imports: [
		UsersModule,
		${CALL}
	],
})
export class AppModule {}
`,
  },
  {
    title: 'line breaks of Windows',
    before: `import { Module } from '@nestjs/common';

@Module({
  imports: [
    UsersModule, // by name
  ],
})
export class AppModule {}
`.replaceAll('\n', '\r\n'),
    after: `import { Module } from '@nestjs/common';
import { MetricsModule } from 'nestjs-agent-metrics';

@Module({
  imports: [
    UsersModule, // by name
    ${CALL},
  ],
})
export class AppModule {}
`.replaceAll('\n', '\r\n'),
  },
  {
    title: 'lines that the prettier of the app would break',
    before: `import { Module } from '@nestjs/common';

@Module({ imports: [UsersModule, OrdersModule, CatalogModule, SearchModule, AuditModule] })
export class AppModule {}
`,
    after: `import { Module } from '@nestjs/common';
import { MetricsModule } from 'nestjs-agent-metrics';

@Module({ imports: [UsersModule, OrdersModule, CatalogModule, SearchModule, AuditModule, ${CALL}] })
export class AppModule {}
`,
  },
];

const IMPORTS: Shape[] = [
  {
    title: 'the order of imports, with a comment above the first one',
    before: `// The root module.
import { Module } from '@nestjs/common'; // NestJS
import rxjs from 'rxjs';
import { UsersModule } from './users.module.js';

@Module({ imports: [UsersModule] })
export class AppModule {}
`,
    after: `// The root module.
import { Module } from '@nestjs/common'; // NestJS
import { MetricsModule } from 'nestjs-agent-metrics';
import rxjs from 'rxjs';
import { UsersModule } from './users.module.js';

@Module({ imports: [UsersModule, ${CALL}] })
export class AppModule {}
`,
  },
  {
    title: 'an import of the package that is there',
    before: `import { Module } from '@nestjs/common';
import { AgentMetrics } from 'nestjs-agent-metrics';

@Module({ imports: [] })
export class AppModule {}
`,
    after: `import { Module } from '@nestjs/common';
import { AgentMetrics, MetricsModule } from 'nestjs-agent-metrics';

@Module({ imports: [${CALL}] })
export class AppModule {}
`,
  },
  {
    title: 'an import of MetricsModule by another name',
    before: `import * as nest from '@nestjs/common';
import { MetricsModule as Metrics } from 'nestjs-agent-metrics';

@nest.Module({ imports: [] })
export class AppModule {}
`,
    after: `import * as nest from '@nestjs/common';
import { MetricsModule as Metrics } from 'nestjs-agent-metrics';

@nest.Module({ imports: [Metrics.forRoot({ http: true })] })
export class AppModule {}
`,
  },
  {
    title: 'a MetricsModule of the app',
    before: `import { Module } from '@nestjs/common';
import { MetricsModule } from './metrics.module.js';

@Module({ imports: [MetricsModule] })
export class AppModule {}
`,
    after: `import { Module } from '@nestjs/common';
import { MetricsModule as AgentMetricsModule } from 'nestjs-agent-metrics';
import { MetricsModule } from './metrics.module.js';

@Module({
  imports: [MetricsModule, AgentMetricsModule.forRoot({ http: true })],
})
export class AppModule {}
`,
  },
  {
    title: 'types that are imported from the package',
    before: `import { Module } from '@nestjs/common';
import type { MetricsOptions } from 'nestjs-agent-metrics';

@Module({ imports: [] })
export class AppModule {}
`,
    after: `import { Module } from '@nestjs/common';
import { MetricsModule } from 'nestjs-agent-metrics';
import type { MetricsOptions } from 'nestjs-agent-metrics';

@Module({ imports: [${CALL}] })
export class AppModule {}
`,
  },
];

/** Shapes of the rest of the file: its style and its imports. */
export const FILE_SHAPES: readonly Shape[] = [...STYLES, ...IMPORTS];
