/**
 *   node built/main.js vectors [FOLDER]   every file of vectors in forms/vectors, or in a folder like it
 *   node built/main.js differ [COUNT]     standard input, as forms/examples/differ prints it; COUNT at least
 */
import { readdirSync } from "node:fs";
import { Differ } from "./differ.js";
import { runFile } from "./vectors.js";

const SHOWN_MAX = 20;
/** From so many sets of answers on, each error and each problem has to come up. */
const ENOUGH_TO_MEET_ALL = 1000;
const OTHER_FILES = ["package.json", "package-lock.json", "tsconfig.json"];

function vectors(folder: string): boolean {
  const files = ["rules", "forms", "."].flatMap((inside) => {
    const names = readdirSync(`${folder}/${inside}`).sort();
    return names.filter(isVectors).map((name) => `${folder}/${inside}/${name}`);
  });
  const results = files.map((path) => runFile(path, `${folder}/../catalogue`));
  const failures = results.flatMap((result) => result.failures);
  for (const failure of failures) console.error(failure);
  const count = results.reduce((sum, result) => sum + result.count, 0);
  console.log(`${count} vectors in ${files.length} files, ${failures.length} failures`);
  return failures.length === 0 && results.every((result) => result.count > 0);
}

function isVectors(name: string): boolean {
  return name.endsWith(".json") && !OTHER_FILES.includes(name);
}

async function differ(atLeast: number): Promise<boolean> {
  const one = new Differ();
  let differences = 0;
  for await (const line of lines()) {
    const difference = one.line(line);
    if (difference === null) continue;
    differences += 1;
    if (differences <= SHOWN_MAX) console.error(difference);
  }
  const met = [...one.met].sort(([left], [right]) => (left < right ? -1 : 1));
  console.log(met.map(([name, times]) => `${name} ${times}`).join(", "));
  console.log(`${one.compared} sets of answers compared, ${differences} differ`);
  const neverMet = atLeast < ENOUGH_TO_MEET_ALL ? [] : one.neverMet();
  if (neverMet.length > 0) console.error(`never met: ${neverMet.join(", ")}`);
  return differences === 0 && neverMet.length === 0 && one.compared >= atLeast;
}

async function* lines(): AsyncIterable<string> {
  process.stdin.setEncoding("utf8");
  let rest = "";
  for await (const chunk of process.stdin) {
    const parts = (rest + chunk).split("\n");
    rest = parts.pop() ?? "";
    yield* parts.filter((part) => part !== "");
  }
  if (rest !== "") yield rest;
}

const [command, ...rest] = process.argv.slice(2);
if (command === "vectors") process.exitCode = vectors(rest[0] ?? ".") ? 0 : 1;
else if (command === "differ") process.exitCode = (await differ(Number(rest[0] ?? 1))) ? 0 : 1;
else {
  console.error("node built/main.js vectors [FOLDER] | differ [COUNT]");
  process.exitCode = 2;
}
