/** What users set of a compiler beside `strict`, and every way to do that at once: 48 of them. */

export interface Settings {
  readonly module: "NodeNext" | "Node16" | "bundler";
  readonly dom: boolean;
  /** `ESNext.Disposable` among the libraries. */
  readonly disposable: boolean;
  readonly exactOptionalPropertyTypes: boolean;
  readonly skipLibCheck: boolean;
}

const BOTH = [false, true];

export const ALL: readonly Settings[] = (["NodeNext", "Node16", "bundler"] as const).flatMap((module) =>
  BOTH.flatMap((dom) =>
    BOTH.flatMap((disposable) =>
      BOTH.flatMap((exactOptionalPropertyTypes) =>
        BOTH.map((skipLibCheck) => ({ module, dom, disposable, exactOptionalPropertyTypes, skipLibCheck })),
      ),
    ),
  ),
);

/** The options as in a tsconfig.json. Libraries of the language itself are TypeScript's to check. */
export function optionsOf({ module, dom, disposable, ...rest }: Settings): Record<string, unknown> {
  return {
    ...{ noEmit: true, strict: true, target: "ES2022", types: [], skipDefaultLibCheck: true },
    lib: ["ES2022", ...(dom ? ["DOM"] : []), ...(disposable ? ["ESNext.Disposable"] : [])],
    ...(module === "bundler" ? { module: "ESNext", moduleResolution: "bundler" } : { module }),
    ...rest,
  };
}

/** In words: `NodeNext, DOM, skipLibCheck`. */
export function nameOf({ module, ...flags }: Settings): string {
  return [module, ...Object.keys(flags).filter((flag) => flags[flag as keyof typeof flags])].join(", ");
}
