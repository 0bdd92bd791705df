/** A root module before and after `nest add`. */
export interface Shape {
  /** Completes the sentence "a root module with ...". */
  readonly title: string;
  readonly before: string;
  readonly after: string;
}

const COMMON = "import { Module } from '@nestjs/common';\n";
const PACKAGE = "import { MetricsModule } from 'nestjs-agent-metrics';\n";
const CALL = 'MetricsModule.forRoot({ http: true })';

/** A shape whose file begins with the import of Module. */
const shape = (title: string, before: string, after: string): Shape => ({
  title,
  before: COMMON + before,
  after: COMMON + PACKAGE + after,
});

/** A shape of the metadata alone. */
const metadata = (title: string, before: string, after: string): Shape =>
  shape(
    title,
    `
@Module(${before})
export class AppModule {}
`,
    `
@Module(${after})
export class AppModule {}
`,
  );

const METADATA: Shape[] = [
  metadata('an empty list', '{ imports: [] }', `{ imports: [${CALL}] }`),
  metadata('metadata without a key', '{}', `{\n  imports: [${CALL}],\n}`),
  metadata(
    'metadata without imports',
    '{\n  // Routes.\n  controllers: [AppController],\n}',
    `{\n  imports: [${CALL}],\n  // Routes.\n  controllers: [AppController],\n}`,
  ),
  metadata(
    'metadata in one line',
    '{ providers: [AppService] }',
    `{
  imports: [${CALL}],
  providers: [AppService],
}`,
  ),
  metadata(
    'a list in one line',
    '{ imports: [UsersModule] }',
    `{ imports: [UsersModule, ${CALL}] }`,
  ),
  metadata(
    'a list that becomes too long for one line',
    '{ imports: [UsersModule, OrdersModule, CatalogModule] }',
    `{
  imports: [
    UsersModule,
    OrdersModule,
    CatalogModule,
    ${CALL},
  ],
}`,
  ),
  metadata(
    'a list in several lines with comments',
    `{
  imports: [
    ConfigModule.forRoot({ isGlobal: true, cache: true, expandVariables: true }), // first, of all
    // The rest.
    UsersModule, // by name
    // AuditModule,
  ],
}`,
    `{
  imports: [
    ConfigModule.forRoot({ isGlobal: true, cache: true, expandVariables: true }), // first, of all
    // The rest.
    UsersModule, // by name
    ${CALL},
    // AuditModule,
  ],
}`,
  ),
  metadata(
    'spreads in the list',
    '{ imports: [UsersModule, ...(isAudited ? [AuditModule] : [])] }',
    `{
  imports: [
    UsersModule,
    ...(isAudited ? [AuditModule] : []),
    ${CALL},
  ],
}`,
  ),
  metadata(
    'a last import in brackets',
    '{ imports: [UsersModule, (isAudited ? AuditModule : LogModule)] }',
    `{ imports: [UsersModule, (isAudited ? AuditModule : LogModule), ${CALL}] }`,
  ),
  metadata(
    'a last import in brackets and lines without a last comma',
    `{
  imports: [
    UsersModule,
    (isAudited ? AuditModule : LogModule)
  ],
}`,
    `{
  imports: [
    UsersModule,
    (isAudited ? AuditModule : LogModule),
    ${CALL}
  ],
}`,
  ),
  metadata(
    'a list in brackets',
    '{ imports: ([UsersModule]) }',
    `{ imports: ([UsersModule, ${CALL}]) }`,
  ),
  metadata(
    'a choice in brackets',
    '{ imports: (isAudited ? AUDITED : PLAIN) }',
    `{ imports: [...(isAudited ? AUDITED : PLAIN), ${CALL}] }`,
  ),
  metadata(
    'a comment of several lines after the last import',
    `{
  imports: [
    UsersModule, /* AuditModule, is off
      until it is fixed */
  ],
}`,
    `{
  imports: [
    UsersModule, /* AuditModule, is off
      until it is fixed */
    ${CALL},
  ],
}`,
  ),
  metadata(
    'a list that a function makes',
    '{ imports: importsOf(process.env) }',
    `{
  imports: [...importsOf(process.env), ${CALL}],
}`,
  ),
  metadata(
    'a list in a variable of another file',
    '{ imports }',
    `{ imports: [...imports, ${CALL}] }`,
  ),
  metadata(
    'a key in quotes',
    `{
  'imports': [UsersModule]
}`,
    `{
  'imports': [UsersModule, ${CALL}]
}`,
  ),
];

const CLASSES: Shape[] = [
  shape(
    'a default export',
    '\n@Module({ imports: [] })\nexport default class {}\n',
    `\n@Module({ imports: [${CALL}] })\nexport default class {}\n`,
  ),
  shape(
    'a class that is exported later',
    '\n@Module({ imports: [] })\nclass Root {}\n\nexport { Root as AppModule, Root as default };\n',
    `\n@Module({ imports: [${CALL}] })\nclass Root {}\n\nexport { Root as AppModule, Root as default };\n`,
  ),
  shape(
    'a module with a dynamic part',
    `
@Module({})
export class AppModule {
  static register(): DynamicModule {
    return { module: AppModule, imports: [UsersModule] };
  }
}
`,
    `
@Module({
  imports: [${CALL}],
})
export class AppModule {
  static register(): DynamicModule {
    return { module: AppModule, imports: [UsersModule] };
  }
}
`,
  ),
  shape(
    'the modules next to the root module',
    `
@Module({ imports: [UsersModule] })
export class FeatureModule {}

@Module({ imports: [FeatureModule] })
export class AppModule {
  constructor(@Inject(CONFIG) private readonly config: Config) {}
}
`,
    `
@Module({ imports: [UsersModule] })
export class FeatureModule {}

@Module({ imports: [FeatureModule, ${CALL}] })
export class AppModule {
  constructor(@Inject(CONFIG) private readonly config: Config) {}
}
`,
  ),
];

const CONSTANTS: Shape[] = [
  shape(
    'metadata in a constant',
    `
const metadata = { imports: [UsersModule] } satisfies ModuleMetadata;

@Module(metadata)
export class AppModule {}
`,
    `
const metadata = {
  imports: [UsersModule, ${CALL}],
} satisfies ModuleMetadata;

@Module(metadata)
export class AppModule {}
`,
  ),
  shape(
    'a list in a constant',
    `
export const IMPORTS = [UsersModule];

@Module({ imports: IMPORTS })
export class AppModule {}
`,
    `
export const IMPORTS = [UsersModule, ${CALL}];

@Module({ imports: IMPORTS })
export class AppModule {}
`,
  ),
  shape(
    'metadata that is spread from a constant',
    `
const base = { imports: [UsersModule] };

@Module({ ...base, providers: [AppService] })
export class AppModule {}
`,
    `
const base = { imports: [UsersModule, ${CALL}] };

@Module({ ...base, providers: [AppService] })
export class AppModule {}
`,
  ),
  shape(
    'imports that come after a spread',
    `
@Module({ ...elsewhere, imports: [UsersModule] })
export class AppModule {}
`,
    `
@Module({
  ...elsewhere,
  imports: [UsersModule, ${CALL}],
})
export class AppModule {}
`,
  ),
];

/** Shapes of the class and its metadata. */
export const MODULE_SHAPES: readonly Shape[] = [
  ...METADATA,
  ...CLASSES,
  ...CONSTANTS,
];
