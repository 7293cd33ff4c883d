// Makes Promise.withResolvers exist on Node 20, which Ink 8 may call. Knows nothing of the rest.

interface Resolvers<T> {
  promise: Promise<T>;
  resolve: (value: T | PromiseLike<T>) => void;
  reject: (reason?: unknown) => void;
}

interface MaybeResolvers {
  withResolvers?: <T>() => Resolvers<T>;
}

/** Adds `Promise.withResolvers` where the engine lacks it; does nothing where it exists. */
export function polyfillPromise(): void {
  const target: MaybeResolvers = globalThis.Promise as MaybeResolvers;
  target.withResolvers ??= function withResolvers<T>(): Resolvers<T> {
    let resolve: Resolvers<T>['resolve'] = () => {};
    let reject: Resolvers<T>['reject'] = () => {};
    const promise = new Promise<T>((yes, no) => {
      resolve = yes;
      reject = no;
    });
    return { promise, resolve, reject };
  };
}

polyfillPromise();
