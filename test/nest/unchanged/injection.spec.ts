import {
  Controller,
  forwardRef,
  Get,
  Inject,
  Injectable,
  Module,
  Optional,
  Scope,
} from '@nestjs/common';
import {
  ContextIdFactory,
  INQUIRER,
  LazyModuleLoader,
  ModuleRef,
  REQUEST,
} from '@nestjs/core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ADAPTERS } from '../support/app.js';
import {
  expectUnchanged,
  failuresOf,
  type Feature,
  outcomeOf,
} from '../support/compared-app.js';

/** Numbers instances in the order of their making, each class for itself. */
class Numbers {
  private readonly last = new Map<Function, number>();

  next(target: Function): string {
    const number = (this.last.get(target) ?? 0) + 1;
    this.last.set(target, number);
    return `${target.name} ${number}`;
  }
}

const scopes: Feature = (Measured) => {
  const numbers = new Numbers();

  @Measured
  @Injectable()
  class Single {
    readonly id = numbers.next(Single);
    who() {
      return this.id;
    }
  }
  @Measured
  @Injectable({ scope: Scope.TRANSIENT })
  class Each {
    readonly id = numbers.next(Each);
    constructor(@Inject(INQUIRER) private readonly inquirer?: object) {}
    async who() {
      return `${this.id} of ${this.inquirer?.constructor.name}`;
    }
  }
  @Measured
  @Injectable({ scope: Scope.REQUEST })
  class PerRequest {
    readonly id = numbers.next(PerRequest);
    constructor(
      @Inject(REQUEST) private readonly request: { url?: string },
      private readonly single: Single,
      private readonly each: Each,
    ) {}
    async who() {
      const { id, request, single, each } = this;
      return [id, request.url, single.who(), await each.who()];
    }
  }
  /** Is made for each request, as what it depends on is. */
  @Measured
  @Injectable()
  class Bubbled {
    readonly id = numbers.next(Bubbled);
    constructor(
      readonly perRequest: PerRequest,
      private readonly each: Each,
    ) {}
    async who() {
      return [this.id, await this.perRequest.who(), await this.each.who()];
    }
  }
  @Measured
  @Controller('scopes')
  class ScopesController {
    readonly id = numbers.next(ScopesController);
    constructor(
      private readonly bubbled: Bubbled,
      private readonly perRequest: PerRequest,
      private readonly single: Single,
    ) {}
    @Get()
    async all() {
      const shared = this.bubbled.perRequest === this.perRequest;
      return [this.id, await this.bubbled.who(), shared, this.single.who()];
    }
  }
  @Measured
  @Controller('single')
  class SingleController {
    readonly id = numbers.next(SingleController);
    constructor(
      private readonly single: Single,
      private readonly each: Each,
    ) {}
    @Get()
    async all() {
      return [this.id, this.single.who(), await this.each.who()];
    }
  }
  return {
    metadata: {
      providers: [Single, Each, PerRequest, Bubbled],
      controllers: [ScopesController, SingleController],
    },
    observe: async ({ app, text }) => {
      const answers = [];
      for (const path of ['/scopes', '/scopes?2', '/single', '/single']) {
        answers.push(JSON.parse(await text(path)));
      }
      const contextId = ContextIdFactory.create();
      app.get(ModuleRef).registerRequestByContextId({ url: 'own' }, contextId);
      const [one, same, other] = [
        await app.resolve(PerRequest, contextId),
        await app.resolve(PerRequest, contextId),
        await app.resolve(Each),
      ];
      return {
        answers,
        resolved: [await one.who(), one === same, await other.who()],
        refused: await outcomeOf(() => app.get(PerRequest)),
      };
    },
  };
};

interface Tenant {
  headers: { tenant: string };
  tenant?: string;
}

/** Requests of one tenant share their durable providers. */
const shareByTenant = () => {
  const trees = new Map<string, ReturnType<typeof ContextIdFactory.create>>();
  return {
    attach(contextId: { id: number }, { headers: { tenant } }: Tenant) {
      const tree = trees.get(tenant) ?? ContextIdFactory.create();
      trees.set(tenant, tree);
      return {
        resolve: (info: { isTreeDurable: boolean }) =>
          info.isTreeDurable ? tree : contextId,
        payload: { tenant },
      };
    },
  };
};

const durable: Feature = (Measured) => {
  const numbers = new Numbers();

  @Measured
  @Injectable({ scope: Scope.REQUEST, durable: true })
  class PerTenant {
    readonly id = numbers.next(PerTenant);
    constructor(@Inject(REQUEST) private readonly payload: Tenant) {}
    who() {
      return `${this.id} for ${this.payload.tenant}`;
    }
  }
  @Measured
  @Injectable({ scope: Scope.REQUEST })
  class PerRequest {
    readonly id = numbers.next(PerRequest);
    who() {
      return this.id;
    }
  }
  @Measured
  @Controller('durable')
  class DurableController {
    readonly id = numbers.next(DurableController);
    constructor(private readonly perTenant: PerTenant) {}
    @Get()
    all() {
      return [this.id, this.perTenant.who()];
    }
  }
  @Measured
  @Controller('mixed')
  class MixedController {
    readonly id = numbers.next(MixedController);
    constructor(
      private readonly perTenant: PerTenant,
      private readonly perRequest: PerRequest,
    ) {}
    @Get()
    all() {
      return [this.id, this.perTenant.who(), this.perRequest.who()];
    }
  }
  return {
    metadata: {
      providers: [PerTenant, PerRequest],
      controllers: [DurableController, MixedController],
    },
    observe: async ({ get }) => {
      ContextIdFactory.apply(shareByTenant() as never);
      const answers = [];
      for (const path of ['/durable', '/mixed']) {
        for (const tenant of ['one', 'two', 'one']) {
          answers.push(await (await get(path, { headers: { tenant } })).json());
        }
      }
      return answers;
    },
  };
};

/** A strategy applies to all apps of the process. */
function restoreContextIds() {
  const factory = ContextIdFactory as unknown as { strategy: unknown };
  const { strategy } = factory;
  onTestFinished(() => void (factory.strategy = strategy));
}

const injector: Feature = (Measured) => {
  const TOKEN = Symbol('token');

  @Measured
  @Injectable()
  class Hen {
    constructor(@Inject(forwardRef(() => Egg)) readonly egg: unknown) {}
    eggs() {
      return this.egg instanceof Egg;
    }
  }
  @Measured
  @Injectable()
  class Egg {
    constructor(@Inject(forwardRef(() => Hen)) readonly hen: Hen) {}
    hatch() {
      return this.hen.egg === this && this.hen.eggs();
    }
  }
  @Measured
  @Injectable()
  class Parent {
    @Inject('value')
    readonly property!: object;
    @Optional()
    @Inject('nowhere')
    readonly missing: unknown = 'its default';
    constructor(
      @Inject(TOKEN) readonly token: unknown,
      @Optional() @Inject('nowhere') readonly absent?: unknown,
    ) {}
    parts() {
      return [this.property, this.missing, this.token, this.absent];
    }
  }
  @Measured
  @Injectable()
  class Child extends Parent {
    override parts() {
      return ['child', ...super.parts()];
    }
  }
  @Injectable()
  class Silent extends Child {}
  class Service {
    @Inject(Hen)
    readonly hen!: Hen;
    name() {
      return 'service';
    }
  }
  @Measured
  class Replacement extends Service {
    override name() {
      return `replaced ${super.name()} ${this.hen instanceof Hen}`;
    }
  }
  @Measured
  class Made {
    constructor(readonly given: unknown[]) {}
    async parts() {
      return this.given;
    }
  }
  const value = Object.freeze({ frozen: true });
  const given = new Made(['given']);
  @Module({
    providers: [
      Hen,
      Egg,
      Parent,
      Child,
      Silent,
      { provide: Service, useClass: Replacement },
      { provide: 'value', useValue: value },
      { provide: 'given', useValue: given },
      { provide: TOKEN, useFactory: async () => value },
      {
        provide: Made,
        useFactory: (...all: unknown[]) => new Made(all),
        inject: ['value', { token: 'nowhere', optional: true }, TOKEN],
      },
      { provide: 'alias', useExisting: Service },
      { provide: 'function', useValue: Object.assign(() => value, { of: 1 }) },
      { provide: 'proxy', useFactory: () => new Proxy(new Made([1]), {}) },
      { provide: 'nothing', useValue: undefined },
    ],
    exports: [Service],
  })
  class Inner {}
  @Measured
  @Injectable()
  class Outer {
    constructor(readonly service: Service) {}
  }
  return {
    metadata: { imports: [Inner], providers: [Outer] },
    observe: async ({ app }) => {
      const get = <T>(token: unknown) =>
        app.get<T>(token as string, { strict: false });
      const created = await app.get(ModuleRef).create(Child);
      return {
        circular: get<Egg>(Egg).hatch(),
        parents: [Parent, Child, Silent].map((one) =>
          get<Parent>(one).parts().map(String),
        ),
        own: Object.keys(get<Child>(Silent)),
        created: [created.parts().length, created === get(Child)],
        replaced: get<Service>(Service).name(),
        kinds: [
          get(Service) instanceof Replacement,
          get('alias') === get(Service),
          app.get(Outer).service === get(Service),
          get('value') === value,
          get('given') === given,
          get(TOKEN) === value,
          get('nothing'),
          get<() => unknown>('function')() === value,
        ],
        made: await get<Made>(Made).parts(),
        proxied: await get<Made>('proxy').parts(),
        provided: await get<Made>('given').parts(),
        unknown: await outcomeOf(() => app.get('nowhere')),
      };
    },
  };
};

const lazyModules: Feature = (Measured) => {
  const numbers = new Numbers();
  const log: string[] = [];

  @Measured
  @Injectable()
  class Eager {
    readonly id = numbers.next(Eager);
    who() {
      return this.id;
    }
  }
  @Module({ providers: [Eager], exports: [Eager] })
  class EagerModule {}
  @Measured
  @Injectable()
  class Lazy {
    readonly id = numbers.next(Lazy);
    constructor(private readonly eager: Eager) {}
    onModuleInit() {
      log.push('onModuleInit');
    }
    onApplicationBootstrap() {
      log.push('onApplicationBootstrap');
    }
    onModuleDestroy() {
      log.push('onModuleDestroy');
    }
    async who() {
      return [this.id, this.eager.who()];
    }
  }
  @Measured
  @Injectable({ scope: Scope.TRANSIENT })
  class LazyEach {
    readonly id = numbers.next(LazyEach);
    who() {
      return this.id;
    }
  }
  @Module({ imports: [EagerModule], providers: [Lazy, LazyEach] })
  class LazyModule {}
  @Module({ providers: [{ provide: 'broken', useFactory: () => fail() }] })
  class BrokenModule {}
  const failure = new Error('The module is broken');
  const fail = () => {
    throw failure;
  };
  return {
    metadata: { imports: [EagerModule] },
    observe: async ({ app }) => {
      const loader = app.get(LazyModuleLoader);
      const [first, second] = await Promise.all([
        loader.load(() => LazyModule),
        loader.load(async () => LazyModule),
      ]);
      const again = await loader.load(() => LazyModule);
      const each = [
        await first.resolve(LazyEach),
        await again.resolve(LazyEach),
      ];
      return {
        who: await first.get(Lazy).who(),
        same: [second.get(Lazy), again.get(Lazy)].map(
          (one) => one === first.get(Lazy),
        ),
        each: each.map((one) => one.who()),
        eager: app.get(Eager, { strict: false }).who(),
        outside: await outcomeOf(() => app.get(Lazy, { strict: true })),
        broken: await outcomeOf(() => loader.load(() => BrokenModule)),
        log,
      };
    },
  };
};

const hooks: Feature = (Measured) => {
  const log: string[] = [];
  const pause = () => new Promise((resolve) => setImmediate(resolve));

  @Measured
  abstract class Hooked {
    onModuleInit() {
      this.tell('init');
    }
    async onApplicationBootstrap() {
      await pause();
      this.tell('bootstrap');
    }
    async onModuleDestroy() {
      await pause();
      this.tell('destroy');
    }
    beforeApplicationShutdown(signal?: string) {
      this.tell(`before shutdown by ${signal}`);
      return pause();
    }
    onApplicationShutdown(signal?: string) {
      this.tell(`shutdown by ${signal}`);
    }
    private tell(what: string) {
      log.push(`${this.constructor.name} ${what}`);
    }
  }
  @Injectable()
  class Store extends Hooked {}
  @Measured
  @Injectable()
  class Cache extends Hooked {
    constructor(readonly store: Store) {
      super();
    }
    override onModuleInit() {
      log.push('Cache first');
      super.onModuleInit();
    }
  }
  @Injectable({ scope: Scope.REQUEST })
  class PerRequest extends Hooked {}
  @Injectable({ scope: Scope.TRANSIENT })
  class Each extends Hooked {}
  @Controller()
  class HookedController extends Hooked {
    constructor(readonly each: Each) {
      super();
    }
  }
  @Module({ providers: [Store], exports: [Store] })
  class StoreModule extends Hooked {}
  @Module({
    imports: [StoreModule],
    providers: [Cache, PerRequest, Each],
    controllers: [HookedController],
  })
  class CacheModule extends Hooked {}
  const made = new (class Factory extends Hooked {})();
  return {
    metadata: {
      imports: [CacheModule],
      providers: [{ provide: 'made', useFactory: () => made }],
    },
    observe: async ({ app }) => {
      await (app as { close(signal: string): Promise<void> }).close('SIGTERM');
      return [...log];
    },
  };
};

describe.each(ADAPTERS)('on %s', (_name, makeAdapter) => {
  test('providers of every scope are the same instances with the module as without', async () => {
    const { seen } = await expectUnchanged(scopes, makeAdapter);
    const { answers } = seen as { answers: unknown[] };
    expect(answers).toHaveLength(4);
  });

  test('durable providers live as long with the module as without', async () => {
    restoreContextIds();
    const { seen } = await expectUnchanged(durable, makeAdapter);
    expect(seen).toContainEqual(['DurableController 1', 'PerTenant 1 for one']);
  });
});

test('the injector gives the same with the module as without', async () => {
  const { seen } = await expectUnchanged(injector);
  expect(seen).toMatchObject({ circular: true });
});

test('lazy modules load the same with the module as without', async () => {
  const { seen } = await expectUnchanged(lazyModules);
  expect(seen).toMatchObject({ same: [true, true] });
});

test('lifecycle hooks run in the same order with the module as without', async () => {
  const { seen } = await expectUnchanged(hooks);
  expect(seen).toContain('Cache shutdown by SIGTERM');
});

const failure = new Error('The store is down');

/** Apps that cannot start. */
const FAILING: [string, Parameters<typeof failuresOf>[0]][] = [
  [
    'a dependency is not provided',
    (Measured) => {
      @Measured
      @Injectable()
      class Needy {
        constructor(@Inject('nowhere') readonly nothing: unknown) {}
        run() {}
      }
      return { providers: [Needy] };
    },
  ],
  [
    'a property is not provided',
    (Measured) => {
      @Measured
      @Injectable()
      class Needy {
        @Inject('nowhere')
        readonly nothing: unknown;
        run() {}
      }
      return { providers: [Needy] };
    },
  ],
  [
    'a factory needs something undefined',
    (Measured) => {
      @Measured
      class Made {
        run() {}
      }
      const inject = [undefined as never];
      const made = { provide: Made, useFactory: () => new Made(), inject };
      return { providers: [made] };
    },
  ],
];

/** Apps whose code throws while they start. */
const THROWING: typeof FAILING = [
  [
    'a hook fails',
    (Measured) => {
      @Measured
      @Injectable()
      class Store {
        async onModuleInit() {
          throw failure;
        }
      }
      return { providers: [Store] };
    },
  ],
  [
    'a constructor fails',
    (Measured) => {
      @Measured
      @Injectable()
      class Store {
        constructor() {
          throw failure;
        }
        run() {}
      }
      return { providers: [Store] };
    },
  ],
];

describe('an app that cannot start fails the same with the module as without', () => {
  test.each(FAILING)(
    'an app fails to start with the same message as without the module where %s',
    async (_cause, parts) => {
      const { plain, measured } = await failuresOf(parts);
      const { message } = plain as Error;
      expect(message).toContain("can't resolve dependencies");
      expect(measured).toMatchObject({ message });
    },
  );

  test.each(THROWING)(
    'an app fails to start with the error that is thrown where %s',
    async (_cause, parts) => {
      const { plain, measured } = await failuresOf(parts);
      expect(plain).toBe(failure);
      expect(measured).toBe(failure);
    },
  );
});
