/** The patched methods of each object. */
const patchedMethods = new WeakMap<object, Set<PropertyKey>>();

/**
 * Replaces a method of one object. The object keeps its identity, its class and all its
 * other methods.
 *
 * @param make returns the replacement, from the original method and a function that restores it.
 * @returns `false` if the method is patched already, or cannot be replaced.
 */
export function patchMethod<T extends object, K extends keyof T>(
  target: T,
  method: K,
  make: (original: NonNullable<T[K]>, restore: () => void) => T[K],
): boolean {
  const methods = patchedMethods.get(target) ?? new Set<PropertyKey>();
  if (methods.has(method) || !Object.isExtensible(target)) return false;
  const own = Object.getOwnPropertyDescriptor(target, method);
  if (own?.configurable === false) return false;
  const restore = () => {
    methods.delete(method);
    if (own === undefined) delete target[method];
    else Object.defineProperty(target, method, own);
  };
  const done = Reflect.defineProperty(target, method, {
    value: make(target[method] as NonNullable<T[K]>, restore),
    configurable: true,
    writable: true,
    enumerable: own?.enumerable ?? false,
  });
  if (done) patchedMethods.set(target, methods.add(method));
  return done;
}
