/**
 * Compiles a program with every setting, in one process: `node compile-all.ts COMPILER FOLDER FILE...`. Prints a line of JSON for each
 * setting: its name and what the compiler says.
 *
 * For compilers written in JavaScript. A file is parsed once for each kind of module, and what `skipLibCheck` leaves out is what is
 * said of declarations: so two settings cost one check.
 */

import { createRequire } from "node:module";
import { join } from "node:path";
import type * as TypeScript from "typescript-5.9";
import { ALL, nameOf, optionsOf, type Settings } from "./type-settings.ts";

const [compiler, folder, ...files] = process.argv.slice(2);
const ts = createRequire(import.meta.url)(compiler) as typeof TypeScript;
const parsed = new Map<string, TypeScript.SourceFile | undefined>();
const reads = new Map<string, string | undefined>();
const exists = new Map<string, boolean>();

const kept = <K, V>(map: Map<K, V>, key: K, make: () => V): V => {
  if (!map.has(key)) map.set(key, make());
  return map.get(key)!;
};

function programOf(settings: Settings): TypeScript.Program {
  const { options, errors } = ts.convertCompilerOptionsFromJson(optionsOf(settings), folder);
  if (errors.length > 0) throw new Error(textOf(errors));
  const host = ts.createCompilerHost(options, true);
  const { getSourceFile, fileExists, readFile } = host;
  host.getSourceFile = (name, language, ...rest) => {
    const format = typeof language === "object" ? `${language.impliedNodeFormat}` : "";
    return kept(parsed, `${settings.module} ${format} ${name}`, () => getSourceFile(name, language, ...rest));
  };
  host.fileExists = (name) => kept(exists, name, () => fileExists(name));
  host.readFile = (name) => kept(reads, name, () => readFile(name));
  return ts.createProgram(
    files.map((file) => join(folder, file)),
    options,
    host,
  );
}

const textOf = (diagnostics: readonly TypeScript.Diagnostic[]): string =>
  ts.formatDiagnostics(diagnostics, {
    getCanonicalFileName: (name) => name,
    getCurrentDirectory: () => folder,
    getNewLine: () => "\n",
  });

for (const settings of ALL.filter(({ skipLibCheck }) => !skipLibCheck)) {
  const program = programOf(settings);
  const whole = [
    ...program.getConfigFileParsingDiagnostics(),
    ...program.getOptionsDiagnostics(),
    ...program.getSyntacticDiagnostics(),
    ...program.getGlobalDiagnostics(),
  ];
  const semantic = program.getSemanticDiagnostics();
  const ofCode = semantic.filter(({ file }) => file === undefined || !file.isDeclarationFile);
  console.log(JSON.stringify([nameOf(settings), textOf([...whole, ...semantic])]));
  console.log(JSON.stringify([nameOf({ ...settings, skipLibCheck: true }), textOf([...whole, ...ofCode])]));
}
