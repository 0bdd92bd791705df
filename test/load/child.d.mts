export class Child {
  constructor(file: string, args?: unknown[], execArgv?: string[]);
  readonly ready: Promise<unknown>;
  ask(command: string, params?: object): Promise<any>;
  stop(): Promise<void>;
}
