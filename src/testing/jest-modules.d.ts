// The parts of Jest's modules that this package needs: it does not depend on Jest.
declare module '@jest/globals' {
  export const expect: { extend(matchers: object): void };
}
declare module 'expect' {
  export interface Matchers<R> {
    /** Stands for Jest's own. */
    toBe?(expected: unknown): R;
  }
}
