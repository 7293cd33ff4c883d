// Values kept while what they are made from stays the same. Knows nothing of what they are.

/** Remembers one value for each name, and gives it again while its inputs are the same. */
export class Memo {
  private readonly kept = new Map<string, { readonly inputs: readonly unknown[]; readonly value: unknown }>();

  get<T>(name: string, inputs: readonly unknown[], make: () => T): T {
    const old = this.kept.get(name);
    if (old !== undefined && old.inputs.length === inputs.length && old.inputs.every((x, i) => Object.is(x, inputs[i])))
      return old.value as T;
    const value = make();
    this.kept.set(name, { inputs, value });
    return value;
  }
}
