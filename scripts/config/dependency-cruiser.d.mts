/** Types of dependency-cruiser.mjs for the architecture tests. */
export const PACKAGES: Readonly<Record<string, readonly string[]>>;
declare const configuration: { readonly forbidden: readonly { readonly name: string }[]; readonly options: unknown };
export default configuration;
